package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.spi.tensor.DType;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Relates PyTorch's storage classes to element types ({@code torch/storage.py}). Newer element
 * types have no class.
 */
final class StorageTypes {
  /** A storage of bytes, whose tensors say their type themselves. */
  static final Global UNTYPED = new Global("torch.storage", "UntypedStorage");

  private static final Map<DType, String> NAMES = new EnumMap<>(names());
  private static final Map<String, DType> DTYPES =
      NAMES.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
  private static final Pattern QUANTIZED = Pattern.compile("QU?Int(8|32|4x2|2x4)Storage");

  private StorageTypes() {}

  private static Map<DType, String> names() {
    return Map.ofEntries(
        Map.entry(DType.FLOAT64, "DoubleStorage"),
        Map.entry(DType.FLOAT32, "FloatStorage"),
        Map.entry(DType.FLOAT16, "HalfStorage"),
        Map.entry(DType.BFLOAT16, "BFloat16Storage"),
        Map.entry(DType.INT64, "LongStorage"),
        Map.entry(DType.INT32, "IntStorage"),
        Map.entry(DType.INT16, "ShortStorage"),
        Map.entry(DType.INT8, "CharStorage"),
        Map.entry(DType.UINT8, "ByteStorage"),
        Map.entry(DType.BOOL, "BoolStorage"),
        Map.entry(DType.COMPLEX64, "ComplexFloatStorage"),
        Map.entry(DType.COMPLEX128, "ComplexDoubleStorage"));
  }

  /** The class of an element type; empty where such tensors lie in storages of bytes. */
  static Optional<Global> type(DType dtype) {
    return Optional.ofNullable(NAMES.get(dtype)).map(name -> new Global("torch", name));
  }

  static boolean isUntyped(Global type) {
    return type.equals(UNTYPED) || type.equals(new Global("torch", "UntypedStorage"));
  }

  /** Whether it is one of the classes for quantized values, whose tensors are not understood. */
  static boolean isQuantized(Global type) {
    return (type.module().equals("torch") || type.module().equals("torch.cuda"))
        && QUANTIZED.matcher(type.name()).matches();
  }

  /** Bytes of an element of a class. */
  static int elementSize(Global type) {
    return dtype(type)
        .map(DType::byteSize)
        .orElseGet(() -> isQuantized(type) && type.name().contains("32") ? Integer.BYTES : 1);
  }

  static Optional<DType> dtype(Global type) {
    boolean torch = type.module().equals("torch") || type.module().equals("torch.cuda");
    return torch ? Optional.ofNullable(DTYPES.get(type.name())) : Optional.empty();
  }
}

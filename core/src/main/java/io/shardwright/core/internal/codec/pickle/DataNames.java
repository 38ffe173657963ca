package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.Optional;

/**
 * The Python names that build tensors and plain values, which Shardwright reads: those of PyTorch's
 * list for {@code weights_only} ({@code torch/_weights_only_unpickler.py}, 2.8) and what NumPy and
 * the standard library need besides.
 */
final class DataNames {
  private static final String CLASS = "names a plain type";
  private static final String TENSOR = "builds a tensor from a storage";
  private static final String DTYPE = "names an element type";
  private static final String STORAGE = "names the type of a storage";
  private static final String NUMPY = "builds a NumPy array or number from its bytes";
  private static final String UTILS = "torch._utils";
  private static final String[] STORAGES = {
    "DoubleStorage",
    "FloatStorage",
    "HalfStorage",
    "BFloat16Storage",
    "LongStorage",
    "IntStorage",
    "ShortStorage",
    "CharStorage",
    "ByteStorage",
    "BoolStorage",
    "ComplexFloatStorage",
    "ComplexDoubleStorage",
    "QInt8Storage",
    "QInt32Storage",
    "QUInt8Storage",
    "QUInt4x2Storage",
    "QUInt2x4Storage"
  };
  private static final String[] DTYPES = {
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "complex32",
    "complex64",
    "complex128",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
    "float4_e2m1fn_x2",
    "qint8",
    "qint32",
    "quint8",
    "quint4x2",
    "quint2x4",
    "bits1x8",
    "bits2x4",
    "bits4x2",
    "bits8",
    "bits16",
    "int1",
    "int2",
    "int3",
    "int4",
    "int5",
    "int6",
    "int7",
    "uint1",
    "uint2",
    "uint3",
    "uint4",
    "uint5",
    "uint6",
    "uint7"
  };
  private static final NameTable TABLE =
      new NameTable()
          .add("makes an ordered dict", "collections", "OrderedDict")
          .add("makes a dict", "collections", "defaultdict", "Counter")
          .add("makes a list", "collections", "deque")
          .add("makes a plain value", "builtins", "set", "frozenset", "bytearray", "complex")
          .add("makes a plain value", "builtins", "slice", "range", "type")
          .add(CLASS, "builtins", "dict", "list", "tuple", "int", "float", "bool", "str", "bytes")
          .add(CLASS, "builtins", "object", "Ellipsis", "NotImplemented")
          .add("makes bytes of a text", "_codecs", "encode")
          .add("makes a shape", "torch", "Size")
          .add("names a device", "torch", "device")
          .add("names a memory layout", "torch.serialization", "_get_layout")
          .add(DTYPE, "torch", DTYPES)
          .add(STORAGE, "torch", STORAGES)
          .add(STORAGE, "torch.cuda", STORAGES)
          .add(STORAGE, "torch", "UntypedStorage", "TypedStorage")
          .add(STORAGE, "torch.storage", "UntypedStorage", "TypedStorage")
          .add(
              "names a way to quantize",
              "torch",
              "per_tensor_affine",
              "per_tensor_symmetric",
              "per_channel_affine",
              "per_channel_symmetric",
              "per_channel_affine_float_qparams")
          .add(TENSOR, UTILS, "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3")
          .add("wraps a tensor", UTILS, "_rebuild_parameter", "_rebuild_parameter_with_state")
          .add("wraps a tensor", "torch._tensor", "_rebuild_from_type_v2")
          .add("names the class of tensors", "torch", "Tensor")
          .add("names the class of parameters", "torch.nn.parameter", "Parameter")
          .add(NUMPY, "numpy", "ndarray", "dtype")
          .add(NUMPY, "numpy.core.multiarray", "_reconstruct", "scalar")
          .add("holds bytes as a file would", "_io", "BytesIO");

  private DataNames() {}

  static Optional<String> effect(Global global) {
    return TABLE.effect(global);
  }
}

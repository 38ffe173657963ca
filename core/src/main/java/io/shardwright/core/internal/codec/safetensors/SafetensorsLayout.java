package io.shardwright.core.internal.codec.safetensors;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The layout of a safetensors file to be written, computed before tensors are read: wide types
 * first, then by name.
 */
public final class SafetensorsLayout {
  private static final int ALIGNMENT = 8;

  private final byte[] header;
  private final Map<String, Long> offsets = new LinkedHashMap<>();
  private final long end;

  private SafetensorsLayout(List<TensorSpec> tensors) {
    Obj document = Obj.empty().put("__metadata__", Obj.empty().put("format", new Str("pt")));
    long at = 0;
    for (TensorSpec tensor : sorted(tensors)) {
      offsets.put(tensor.name(), at);
      long next = Math.addExact(at, tensor.byteSize());
      document.put(
          tensor.name(),
          Obj.empty()
              .put("dtype", new Str(tensor.dtype().safetensorsName()))
              .put("shape", Arr.of(tensor.shape().dims()))
              .put("data_offsets", Arr.of(List.of(at, next))));
      at = next;
    }
    header = header(JsonDocument.compact(document));
    end = Math.addExact(header.length, at);
  }

  /** Whether the format has a word for an element type. */
  public static boolean holds(DType dtype) {
    return dtype != DType.COMPLEX128 && dtype != DType.COMPLEX32;
  }

  /**
   * Lays out a file.
   *
   * @param where its name
   * @throws UnsupportedCheckpointException if the format can't express an element type
   */
  public static SafetensorsLayout of(List<TensorSpec> tensors, String where) {
    tensors.stream()
        .filter(tensor -> !holds(tensor.dtype()))
        .findFirst()
        .ifPresent(
            tensor -> {
              throw new UnsupportedCheckpointException(
                  ErrorCode.UNSUPPORTED,
                  where,
                  "'"
                      + tensor.name()
                      + "' is of type "
                      + tensor.dtype().torchName()
                      + ", which safetensors can't express");
            });
    return new SafetensorsLayout(tensors);
  }

  private static List<TensorSpec> sorted(List<TensorSpec> tensors) {
    Comparator<TensorSpec> wide = Comparator.comparing(tensor -> -tensor.dtype().byteSize());
    return tensors.stream().sorted(wide.thenComparing(TensorSpec::name)).toList();
  }

  private static byte[] header(byte[] json) {
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] header = new byte[8 + padded];
    Arrays.fill(header, (byte) ' ');
    ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(0, padded);
    System.arraycopy(json, 0, header, 8, json.length);
    return header;
  }

  /** The length and the header. */
  public byte[] head() {
    return header.clone();
  }

  /** Where a tensor's bytes begin. */
  public long dataOffset(String name) {
    return header.length + offsets.get(name);
  }

  /** Size of the whole file. */
  public long size() {
    return end;
  }
}

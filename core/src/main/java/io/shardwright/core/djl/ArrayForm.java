package io.shardwright.core.djl;

import ai.djl.ndarray.types.DataType;
import io.shardwright.core.internal.execute.djl.Carrier;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.stream.LongStream;

/**
 * How an array shows a tensor.
 *
 * @param type of its elements, one that DJL's PyTorch engine knows
 * @param parts how many of them an element of the tensor is
 * @param conversion of the bytes
 */
record ArrayForm(DataType type, int parts, Conversion conversion) {
  /** How elements are converted. */
  enum Conversion {
    /** Nothing. */
    NONE,
    /** A bfloat16 is the upper half of a binary32. */
    BRAIN_TO_FLOAT,
    /** Sign and value stay. */
    SHORT_TO_INT,
    /** Values stay; the sign bit becomes one of them. */
    UNSIGNED_SHORT_TO_INT,
    /** The same. */
    UNSIGNED_INT_TO_LONG,
    /** Every byte but 0 becomes 1: DJL alters others. */
    BYTE_TO_BOOLEAN
  }

  static ArrayForm values(DType dtype) {
    return switch (dtype) {
      case FLOAT64 -> same(DataType.FLOAT64, 1);
      case FLOAT32 -> same(DataType.FLOAT32, 1);
      case FLOAT16 -> same(DataType.FLOAT16, 1);
      case BFLOAT16 -> new ArrayForm(DataType.FLOAT32, 1, Conversion.BRAIN_TO_FLOAT);
      case INT64 -> same(DataType.INT64, 1);
      case INT32 -> same(DataType.INT32, 1);
      case INT16 -> new ArrayForm(DataType.INT32, 1, Conversion.SHORT_TO_INT);
      case INT8 -> same(DataType.INT8, 1);
      case UINT8 -> same(DataType.UINT8, 1);
      case BOOL -> new ArrayForm(DataType.BOOLEAN, 1, Conversion.BYTE_TO_BOOLEAN);
      case UINT16 -> new ArrayForm(DataType.INT32, 1, Conversion.UNSIGNED_SHORT_TO_INT);
      case UINT32 -> new ArrayForm(DataType.INT64, 1, Conversion.UNSIGNED_INT_TO_LONG);
      case UINT64, FLOAT8_E4M3FN, FLOAT8_E5M2, FLOAT8_E4M3FNUZ, FLOAT8_E5M2FNUZ, FLOAT8_E8M0FNU ->
          throw without(dtype);
      case COMPLEX32 -> same(DataType.FLOAT16, 2);
      case COMPLEX64 -> same(DataType.FLOAT32, 2);
      case COMPLEX128 -> same(DataType.FLOAT64, 2);
    };
  }

  private static UnsupportedCheckpointException without(DType dtype) {
    return new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        dtype.torchName(),
        "DJL has no type for all of its values: use bits()");
  }

  static ArrayForm bits(DType dtype) {
    Carrier carrier = Carrier.of(dtype);
    return same(carrier.type(), dtype.byteSize() / carrier.byteSize());
  }

  private static ArrayForm same(DataType type, int parts) {
    return new ArrayForm(type, parts, Conversion.NONE);
  }

  long elements(Shape tensor) {
    return Math.multiplyExact(tensor.elements(), parts);
  }

  ai.djl.ndarray.types.Shape shape(Shape tensor) {
    LongStream dims = tensor.dims().stream().mapToLong(Long::longValue);
    LongStream all = parts == 1 ? dims : LongStream.concat(dims, LongStream.of(parts));
    return new ai.djl.ndarray.types.Shape(all.toArray());
  }

  /** What so many bytes of a tensor become. */
  int bytes(int given) {
    boolean widened = conversion != Conversion.NONE && conversion != Conversion.BYTE_TO_BOOLEAN;
    return widened ? Math.multiplyExact(given, 2) : given;
  }

  /** Little-endian, both. */
  void convert(ByteBuffer from, ByteBuffer to) {
    switch (conversion) {
      case NONE -> to.put(from);
      case BRAIN_TO_FLOAT -> {
        while (from.hasRemaining()) {
          to.putInt(from.getShort() << 16);
        }
      }
      case SHORT_TO_INT -> {
        while (from.hasRemaining()) {
          to.putInt(from.getShort());
        }
      }
      case UNSIGNED_SHORT_TO_INT -> {
        while (from.hasRemaining()) {
          to.putInt(Short.toUnsignedInt(from.getShort()));
        }
      }
      case UNSIGNED_INT_TO_LONG -> {
        while (from.hasRemaining()) {
          to.putLong(Integer.toUnsignedLong(from.getInt()));
        }
      }
      case BYTE_TO_BOOLEAN -> {
        while (from.hasRemaining()) {
          to.put((byte) (from.get() == 0 ? 0 : 1));
        }
      }
    }
  }
}

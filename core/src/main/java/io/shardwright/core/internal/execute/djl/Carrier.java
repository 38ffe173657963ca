package io.shardwright.core.internal.execute.djl;

import ai.djl.ndarray.types.DataType;
import io.shardwright.spi.tensor.DType;

/**
 * The element types in which bytes are handed to DJL, one for each width. DJL's PyTorch engine ends
 * the process for bfloat16, int16 and the wider unsigned types ({@code GetScalarTypeFromDType} in
 * {@code djl_pytorch_utils.h}), and alters a BOOLEAN that is neither 0 nor 1. These four move every
 * bit pattern unchanged.
 */
public enum Carrier {
  /** One byte. */
  BYTE(DataType.UINT8, 0),
  /** Two bytes. */
  HALF(DataType.FLOAT16, 5),
  /** Four bytes. */
  WORD(DataType.INT32, 3),
  /** Eight bytes. */
  DOUBLE(DataType.FLOAT64, 7);

  private final DataType type;
  private final int scalarType;

  /** With PyTorch's number of the type ({@code c10/core/ScalarType.h}). */
  Carrier(DataType type, int scalarType) {
    this.type = type;
    this.scalarType = scalarType;
  }

  /** What carries a type; two of it where the type is wider. */
  public static Carrier of(DType dtype) {
    return switch (dtype) {
      case UINT8,
          INT8,
          BOOL,
          FLOAT8_E4M3FN,
          FLOAT8_E5M2,
          FLOAT8_E4M3FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E8M0FNU ->
          BYTE;
      case FLOAT16, BFLOAT16, INT16, UINT16 -> HALF;
      case FLOAT32, INT32, UINT32, COMPLEX32 -> WORD;
      case FLOAT64, INT64, UINT64, COMPLEX64, COMPLEX128 -> DOUBLE;
    };
  }

  /** As DJL knows it. */
  public DataType type() {
    return type;
  }

  int scalarType() {
    return scalarType;
  }

  /** Of one element. */
  public int byteSize() {
    return type.getNumOfBytes();
  }
}

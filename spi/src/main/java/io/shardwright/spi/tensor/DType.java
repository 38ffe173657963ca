package io.shardwright.spi.tensor;

/**
 * The element type of a tensor.
 *
 * <p>Spellings follow PyTorch ({@link #torchName()}) and safetensors ({@link #safetensorsName()}).
 */
public enum DType {
  /** IEEE 754 binary64. */
  FLOAT64("float64", "F64", 8),
  /** IEEE 754 binary32. */
  FLOAT32("float32", "F32", 4),
  /** IEEE 754 binary16. */
  FLOAT16("float16", "F16", 2),
  /** Brain floating point: the upper 16 bits of a binary32. */
  BFLOAT16("bfloat16", "BF16", 2),
  /** Signed 64-bit integer. */
  INT64("int64", "I64", 8),
  /** Signed 32-bit integer. */
  INT32("int32", "I32", 4),
  /** Signed 16-bit integer. */
  INT16("int16", "I16", 2),
  /** Signed 8-bit integer. */
  INT8("int8", "I8", 1),
  /** Unsigned 8-bit integer. */
  UINT8("uint8", "U8", 1),
  /** One byte, 0 or 1. */
  BOOL("bool", "BOOL", 1),
  /** Complex number of two binary32: real, imaginary. */
  COMPLEX64("complex64", "C64", 8),
  /** Complex number of two binary64: real, imaginary; safetensors has no such type. */
  COMPLEX128("complex128", "C128", 16),
  /** Complex number of two binary16: real, imaginary; safetensors has no such type. */
  COMPLEX32("complex32", "C32", 4),
  /** Unsigned 16-bit integer. */
  UINT16("uint16", "U16", 2),
  /** Unsigned 32-bit integer. */
  UINT32("uint32", "U32", 4),
  /** Unsigned 64-bit integer. */
  UINT64("uint64", "U64", 8),
  /** 8 bits: 4 of exponent, 3 of mantissa, no infinities (Open Compute Project's E4M3). */
  FLOAT8_E4M3FN("float8_e4m3fn", "F8_E4M3", 1),
  /** 8 bits: 5 of exponent, 2 of mantissa (Open Compute Project's E5M2). */
  FLOAT8_E5M2("float8_e5m2", "F8_E5M2", 1),
  /** 8 bits: 4 of exponent, 3 of mantissa, no infinities, no negative zero. */
  FLOAT8_E4M3FNUZ("float8_e4m3fnuz", "F8_E4M3FNUZ", 1),
  /** 8 bits: 5 of exponent, 2 of mantissa, no infinities, no negative zero. */
  FLOAT8_E5M2FNUZ("float8_e5m2fnuz", "F8_E5M2FNUZ", 1),
  /** 8 bits of exponent alone: powers of two. */
  FLOAT8_E8M0FNU("float8_e8m0fnu", "F8_E8M0", 1);

  private final String torchName;
  private final String safetensorsName;
  private final int byteSize;

  DType(String torchName, String safetensorsName, int byteSize) {
    this.torchName = torchName;
    this.safetensorsName = safetensorsName;
    this.byteSize = byteSize;
  }

  /**
   * Returns PyTorch's name of the type.
   *
   * @return for example {@code float32}
   */
  public String torchName() {
    return torchName;
  }

  /**
   * Returns the name of the type in a safetensors header.
   *
   * @return for example {@code F32}
   */
  public String safetensorsName() {
    return safetensorsName;
  }

  /**
   * Size of one element.
   *
   * @return bytes
   */
  public int byteSize() {
    return byteSize;
  }

  /**
   * Tells whether it is a real floating-point type from and to which values can be cast.
   *
   * @return true for binary64, binary32, binary16 and bfloat16
   */
  public boolean isFloating() {
    return ordinal() <= BFLOAT16.ordinal();
  }

  /**
   * Tells whether it is a real floating-point type of 8 bits, whose values are copied unchanged.
   *
   * @return true for the float8 types
   */
  public boolean isFloat8() {
    return ordinal() >= FLOAT8_E4M3FN.ordinal();
  }

  /**
   * Tells whether an element is a complex number.
   *
   * @return true for the complex types
   */
  public boolean isComplex() {
    return this == COMPLEX32 || this == COMPLEX64 || this == COMPLEX128;
  }
}

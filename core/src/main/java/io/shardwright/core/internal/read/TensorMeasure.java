package io.shardwright.core.internal.read;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.OptionalLong;

/** Measures a tensor's values while its little-endian bytes pass. */
final class TensorMeasure {
  private final DType dtype;
  private final boolean values;
  private final MessageDigest digest;
  private long nan;
  private long infinite;

  TensorMeasure(DType dtype, boolean sums, boolean values) {
    this.dtype = dtype;
    this.values = values;
    this.digest = sums ? sha256Digest() : null;
  }

  private static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  void add(ByteBuffer block) {
    if (digest != null) {
      digest.update(block.duplicate());
    }
    if (values) {
      count(block.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  private void count(ByteBuffer block) {
    while (block.remaining() >= dtype.byteSize()) {
      switch (dtype) {
        case FLOAT64 -> count(block.getLong() & Long.MAX_VALUE, 0x7ff0000000000000L);
        case FLOAT32 -> count(block.getInt() & 0x7fffffffL, 0x7f800000L);
        case FLOAT16 -> count(block.getShort() & 0x7fffL, 0x7c00L);
        case BFLOAT16 -> count(block.getShort() & 0x7fffL, 0x7f80L);
        case FLOAT8_E5M2 -> count(block.get() & 0x7fL, 0x7cL);
        case FLOAT8_E4M3FN -> nan += (block.get() & 0x7f) == 0x7f ? 1 : 0;
        case FLOAT8_E4M3FNUZ, FLOAT8_E5M2FNUZ -> nan += (block.get() & 0xff) == 0x80 ? 1 : 0;
        case FLOAT8_E8M0FNU -> nan += (block.get() & 0xff) == 0xff ? 1 : 0;
        case COMPLEX64 -> {
          count(block.getInt() & 0x7fffffffL, 0x7f800000L);
          count(block.getInt() & 0x7fffffffL, 0x7f800000L);
        }
        case COMPLEX128 -> {
          count(block.getLong() & Long.MAX_VALUE, 0x7ff0000000000000L);
          count(block.getLong() & Long.MAX_VALUE, 0x7ff0000000000000L);
        }
        case COMPLEX32 -> {
          count(block.getShort() & 0x7fffL, 0x7c00L);
          count(block.getShort() & 0x7fffL, 0x7c00L);
        }
        default -> block.position(block.limit());
      }
    }
  }

  /** Without its sign, a float is infinite at its largest exponent and NaN above it. */
  private void count(long magnitude, long infinity) {
    infinite += magnitude == infinity ? 1 : 0;
    nan += magnitude > infinity ? 1 : 0;
  }

  String sha256() {
    return digest == null ? "" : HexFormat.of().formatHex(digest.digest());
  }

  OptionalLong nan() {
    return values ? OptionalLong.of(nan) : OptionalLong.empty();
  }

  OptionalLong infinite() {
    return values ? OptionalLong.of(infinite) : OptionalLong.empty();
  }
}

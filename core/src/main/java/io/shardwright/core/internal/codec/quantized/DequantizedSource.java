package io.shardwright.core.internal.codec.quantized;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes that a quantized tensor has as plain values, computed for whatever range is read: round
 * to nearest, ties to even, NaN is the quiet one.
 */
public final class DequantizedSource implements ByteSource {
  /** What reading has shown of the values. */
  public enum Rounding {
    /** Nothing was read. */
    UNKNOWN,
    /** All that was read is exactly the product. */
    EXACT,
    /** Some values were rounded. */
    ROUNDED
  }

  private static final int VALUES = 1 << 13;

  private final QuantizedValues values;
  private final DType type;
  private final String where;
  private final String own;
  private volatile boolean seen;
  private volatile boolean rounded;

  /**
   * Reads nothing yet.
   *
   * @param type bfloat16 or binary32
   * @param where it lies, for messages
   * @param own name of the tensor there
   */
  public DequantizedSource(QuantizedValues values, DType type, String where, String own) {
    if (type != DType.BFLOAT16 && type != DType.FLOAT32) {
      throw new IllegalArgumentException(type + " is not computed");
    }
    this.values = values;
    this.type = type;
    this.where = where;
    this.own = own;
  }

  /** The same values as another type. */
  public DequantizedSource as(DType wanted) {
    return wanted == type ? this : new DequantizedSource(values, wanted, where, own);
  }

  /** What reading has shown so far. */
  public Rounding rounding() {
    return rounded ? Rounding.ROUNDED : seen ? Rounding.EXACT : Rounding.UNKNOWN;
  }

  @Override
  public String name() {
    return where + "/" + own;
  }

  /** Tells whether two runs read the same values. */
  @Override
  public String toString() {
    return type + " of " + values;
  }

  @Override
  public long size() {
    return Math.multiplyExact(values.count(), (long) type.byteSize());
  }

  @Override
  public int read(ByteBuffer target, long position) {
    int size = type.byteSize();
    long first = position / size;
    int skip = (int) (position % size);
    long wanted = (target.remaining() + skip + size - 1) / size;
    int count = (int) Math.min(Math.min(wanted, VALUES), values.count() - first);
    if (count <= 0) {
      return -1;
    }
    byte[] bytes = bytes(first, count);
    int taken = Math.min(target.remaining(), bytes.length - skip);
    target.put(bytes, skip, taken);
    return taken;
  }

  private byte[] bytes(long first, int count) {
    var found = new float[count];
    boolean exact = values.read(first, found, count);
    var bytes = new byte[count * type.byteSize()];
    var out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    exact &= type == DType.FLOAT32 ? put(found, out) : round(found, out);
    seen = true;
    if (!exact) {
      rounded = true;
    }
    return bytes;
  }

  private static boolean put(float[] values, ByteBuffer out) {
    for (float value : values) {
      out.putInt(Float.floatToIntBits(value));
    }
    return true;
  }

  private static boolean round(float[] values, ByteBuffer out) {
    int lost = 0;
    for (float value : values) {
      int bits = Float.floatToIntBits(value);
      lost |= bits & 0xffff;
      out.putShort((short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16));
    }
    return lost == 0;
  }
}

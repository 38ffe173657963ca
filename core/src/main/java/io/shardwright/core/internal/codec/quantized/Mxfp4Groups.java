package io.shardwright.core.internal.codec.quantized;

import io.shardwright.core.internal.bytes.ByteSource;
import java.nio.ByteBuffer;

/**
 * Values of four bits, 32 of which share a scale.
 *
 * @param codes two values a byte
 * @param scales a byte for 16 of those
 */
public record Mxfp4Groups(ByteSource codes, ByteSource scales, long count)
    implements QuantizedValues {
  /** How many values share a scale. */
  public static final int GROUP = 32;

  private static final float[] NUMBERS = {
    0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6
  };

  @Override
  public boolean read(long first, float[] values, int count) {
    byte[] found = bytes(codes, first / 2, (first + count - 1) / 2);
    byte[] powers = bytes(scales, first / GROUP, (first + count - 1) / GROUP);
    int skipped = (int) (first % GROUP);
    boolean exact = true;
    for (int group = 0; group < powers.length; group++) {
      int from = Math.max(0, group * GROUP - skipped);
      int to = Math.min(count, (group + 1) * GROUP - skipped);
      exact &= multiply(found, skipped, from, to, scale(powers[group] & 0xff), values);
    }
    return exact;
  }

  private static boolean multiply(
      byte[] codes, int skipped, int from, int to, float scale, float[] values) {
    boolean exact = true;
    int half = skipped / 2;
    for (int i = from; i < to; i++) {
      int at = skipped + i;
      values[i] = NUMBERS[codes[at / 2 - half] >> at % 2 * 4 & 15] * scale;
      exact &= !Float.isInfinite(values[i]) | Float.isInfinite(scale);
    }
    return exact;
  }

  /** 2^(byte - 127), which is infinite for the last. */
  private static float scale(int stored) {
    return Math.scalb(1f, stored - 127);
  }

  private static byte[] bytes(ByteSource source, long from, long last) {
    var bytes = new byte[(int) (last - from + 1)];
    source.readFully(ByteBuffer.wrap(bytes), from);
    return bytes;
  }
}

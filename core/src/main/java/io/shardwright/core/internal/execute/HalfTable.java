package io.shardwright.core.internal.execute;

/**
 * A cast between two 16-bit types, looked up: 512 KiB, of which weights touch little. The sum of
 * what is looked up counts what was lost, so that an element takes one addition.
 */
final class HalfTable {
  private static final int VALUES = 1 << 16;

  /** Elements whose numbers, summed, stay below the counts. */
  private static final int AT_ONCE = 1 << 11;

  private static final int CHANGED = 28;
  private static final int INFINITE = 40;
  private static final int ZERO = 52;
  private static final int COUNT = (1 << 12) - 1;

  /** The number in the lowest 16 bits; above it a 1 for each way of losing something. */
  private final long[] casts = new long[VALUES];

  private HalfTable(boolean brain) {
    for (int value = 0; value < VALUES; value++) {
      short half = (short) value;
      int before = brain ? half << 16 : HalfFloat.toFloatBits(half);
      int number = brain ? HalfFloat.of(before) & 0xffff : BrainFloat.round(before) >>> 16;
      int after = brain ? HalfFloat.toFloatBits((short) number) : number << 16;
      casts[value] = number | lost(before, after);
    }
  }

  private static long lost(int before, int after) {
    var count = new CastCount();
    count.count(new int[] {before}, new int[] {after}, 1);
    CastLosses losses = count.losses();
    long changed = losses.none() ? 0 : 1;
    return changed << CHANGED | losses.overflowed() << INFINITE | losses.underflowed() << ZERO;
  }

  /** Made when it is needed. */
  private static final class FromBrain {
    private static final HalfTable TABLE = new HalfTable(true);
  }

  /** The other way. */
  private static final class FromHalf {
    private static final HalfTable TABLE = new HalfTable(false);
  }

  /** From bfloat16 to binary16, or back. */
  static HalfTable from(boolean brain) {
    return brain ? FromBrain.TABLE : FromHalf.TABLE;
  }

  /** Casts numbers in their place. */
  void cast(short[] halves, int count, CastCount lost) {
    for (int at = 0; at < count; at += AT_ONCE) {
      long sum = sum(halves, at, Math.min(count, at + AT_ONCE));
      lost.add(
          (int) (sum >>> CHANGED) & COUNT, (int) (sum >>> INFINITE) & COUNT, (int) (sum >>> ZERO));
    }
  }

  private long sum(short[] halves, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      long cast = casts[halves[i] & VALUES - 1];
      halves[i] = (short) cast;
      sum += cast;
    }
    return sum;
  }
}

package io.shardwright.core.internal.execute;

/** A cast between two 16-bit types, looked up: 256 KiB, of which weights touch little. */
final class HalfTable {
  private static final int VALUES = 1 << 16;
  private static final int CHANGED = 16;
  private static final int INFINITE = 17;
  private static final int ZERO = 18;

  /** The number in the lower half; above it what was lost, a bit each. */
  private final int[] casts = new int[VALUES];

  private HalfTable(boolean brain) {
    for (int value = 0; value < VALUES; value++) {
      short half = (short) value;
      int before = brain ? half << 16 : HalfFloat.toFloatBits(half);
      int number = brain ? HalfFloat.of(before) & 0xffff : BrainFloat.round(before) >>> 16;
      int after = brain ? HalfFloat.toFloatBits((short) number) : number << 16;
      casts[value] = number | lost(before, after) << CHANGED;
    }
  }

  private static int lost(int before, int after) {
    var count = new CastCount();
    count.count(new int[] {before}, new int[] {after}, 1);
    CastLosses losses = count.losses();
    int changed = losses.none() ? 0 : 1;
    return changed
        | (int) losses.overflowed() << INFINITE - CHANGED
        | (int) losses.underflowed() << ZERO - CHANGED;
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
    int changed = 0;
    int infinite = 0;
    int zero = 0;
    for (int i = 0; i < count; i++) {
      int cast = casts[halves[i] & VALUES - 1];
      halves[i] = (short) cast;
      changed += cast >>> CHANGED & 1;
      infinite += cast >>> INFINITE & 1;
      zero += cast >>> ZERO;
    }
    lost.add(changed, infinite, zero);
  }
}

package io.shardwright.core.internal.execute;

/**
 * The numbers of elements that casts changed.
 *
 * @param overflowed finite values that became infinite
 * @param underflowed values that became zero
 * @param inexact other values that changed
 */
public record CastLosses(long overflowed, long underflowed, long inexact) {
  /** Nothing. */
  public static final CastLosses NONE = new CastLosses(0, 0, 0);

  /** Both together. */
  public CastLosses plus(CastLosses other) {
    return new CastLosses(
        overflowed + other.overflowed, underflowed + other.underflowed, inexact + other.inexact);
  }

  CastLosses minus(CastLosses other) {
    return new CastLosses(
        overflowed - other.overflowed, underflowed - other.underflowed, inexact - other.inexact);
  }

  /** Those that left a finite value. */
  CastLosses finite() {
    return new CastLosses(0, underflowed, inexact);
  }

  /** Whether every value is what it was. */
  public boolean none() {
    return overflowed == 0 && underflowed == 0 && inexact == 0;
  }

  /** Counts what casts lose. Values that are compared keep their sign, and NaN counts as itself. */
  static final class Count {
    private static final int INFINITY = 0x7f800000;

    private long changed;
    private long overflowed;
    private long underflowed;

    CastLosses losses() {
      return new CastLosses(overflowed, underflowed, changed - overflowed - underflowed);
    }

    /** Compares elements, given as bits of binary32. */
    void count(int[] before, int[] after, int count) {
      int all = 0;
      int infinite = 0;
      int zero = 0;
      for (int i = 0; i < count; i++) {
        int difference = before[i] ^ after[i];
        int size = after[i] & 0x7fffffff;
        // Each a 1 or a 0, the sign of a difference; a NaN before is a NaN after.
        int one = (difference | -difference) & size - (INFINITY + 1);
        all += one >>> 31;
        infinite += (one & INFINITY - 1 - size) >>> 31;
        zero += (one & size - 1) >>> 31;
      }
      add(all, infinite, zero);
    }

    /** Compares binary64 elements with bits of binary32. */
    void count(double[] before, int[] after, int count) {
      int all = 0;
      int infinite = 0;
      int zero = 0;
      for (int i = 0; i < count; i++) {
        float found = Float.intBitsToFloat(after[i]);
        boolean other = before[i] != found & before[i] == before[i];
        all += other ? 1 : 0;
        infinite += other & Float.isInfinite(found) ? 1 : 0;
        zero += other & found == 0 ? 1 : 0;
      }
      add(all, infinite, zero);
    }

    /** Adds what was counted elsewhere: changed, of which infinite, of which zero. */
    void add(int all, int infinite, int zero) {
      changed += all;
      overflowed += infinite;
      underflowed += zero;
    }
  }
}

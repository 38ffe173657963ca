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
}

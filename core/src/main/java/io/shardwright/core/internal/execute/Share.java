package io.shardwright.core.internal.execute;

/**
 * One of several shares of a run's work: consecutive ranges of logical tensors, of about the same
 * number of bytes each. Every range is of exactly one share, so that the shares together read and
 * write what one run does.
 *
 * @param number from 1 on
 * @param count of shares
 */
public record Share(int number, int count) {
  /** All there is to do. */
  public static final Share WHOLE = new Share(1, 1);

  /** What one thread does at a time. */
  private static final long LONGEST_RANGE = 64 << 20;

  /** Shorter ones make no share more even that anyone would notice. */
  private static final long SHORTEST_RANGE = 1 << 6;

  private static final int RANGES = 16;

  /** Whether it is of everything. */
  boolean isWhole() {
    return count == 1;
  }

  /** About how many bytes it is of. */
  public long bytes(long all) {
    return all / count;
  }

  /** Goes through the ranges of all steps, in their order. */
  final class Way {
    private final long all;
    private long before;

    /**
     * At the first.
     *
     * @param all bytes of all ranges
     */
    Way(long all) {
      this.all = all;
    }

    /** Bytes of a range, about: few enough for shares of one size. */
    long rangeBytes() {
      long even = all / ((long) count * RANGES);
      return isWhole() ? LONGEST_RANGE : Math.max(SHORTEST_RANGE, Math.min(LONGEST_RANGE, even));
    }

    /** Whether any range of the next bytes can be of this share. */
    boolean meets(long bytes) {
      return of(before) <= number && number <= of(before + bytes);
    }

    /** Whether a range is of this share that begins so many bytes from here. */
    boolean holds(long offset, long bytes) {
      return of(before + offset + bytes / 2) == number;
    }

    /** Goes on. */
    void pass(long bytes) {
      before += bytes;
    }

    private int of(long at) {
      return (int) Math.min(count, 1 + (long) ((double) at / Math.max(1, all) * count));
    }
  }

  /** Begins a way. */
  Way way(long all) {
    return new Way(all);
  }
}

package io.shardwright.faults;

import java.util.List;
import java.util.stream.IntStream;

/** Moments of a run, as numbers of its operations on files. */
final class Points {
  /** CI and the profile for long tests look at more of them. */
  private static final int DENSITY = Integer.getInteger("shardwright.density", 1);

  private static final int AT_THE_START = 2 * DENSITY;
  private static final int AT_THE_END = 5 * DENSITY;

  private Points() {}

  /**
   * Those at the ends, where files are opened and published, and some in between: most of the
   * operations there are writes like each other.
   */
  static List<Integer> of(int all, int some) {
    long between = (long) some * DENSITY;
    return IntStream.rangeClosed(1, all)
        .filter(
            n ->
                n <= AT_THE_START
                    || n > all - AT_THE_END
                    || n * between / all > (n - 1) * between / all)
        .boxed()
        .toList();
  }
}

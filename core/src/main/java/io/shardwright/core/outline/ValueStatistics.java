package io.shardwright.core.outline;

import java.util.List;

/**
 * The distribution of a tensor's finite values. NaN and infinities are left out.
 *
 * @param count number of finite values, at least 1
 * @param zeros number of those that are 0 or -0
 * @param min the smallest value
 * @param max the largest value
 * @param mean the arithmetic mean
 * @param deviation the standard deviation of the whole population, at least 0
 * @param histogram number of values in each of as many equally wide parts of the range from {@code
 *     min} to {@code max}; one part if these are equal. Values are sorted into parts by the upper
 *     16 bits of their binary32, so that one near a boundary may count on its other side
 */
public record ValueStatistics(
    long count,
    long zeros,
    double min,
    double max,
    double mean,
    double deviation,
    List<Long> histogram) {
  /**
   * Copies the histogram.
   *
   * @param count kept as given
   * @param zeros kept as given
   * @param min kept as given
   * @param max kept as given
   * @param mean kept as given
   * @param deviation kept as given
   * @param histogram copied
   */
  public ValueStatistics {
    histogram = List.copyOf(histogram);
  }
}

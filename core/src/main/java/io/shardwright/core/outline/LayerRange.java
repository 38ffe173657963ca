package io.shardwright.core.outline;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Layers that follow each other.
 *
 * @param first number in the whole model, from 0
 * @param last number in the whole model, at least {@code first}
 */
public record LayerRange(int first, int last) {
  /**
   * Several ranges as text.
   *
   * @param ranges in order
   * @return for example {@code 0-3, 8-11}; {@code none} where there are none
   */
  public static String text(List<LayerRange> ranges) {
    return ranges.isEmpty()
        ? "none"
        : ranges.stream().map(LayerRange::toString).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}

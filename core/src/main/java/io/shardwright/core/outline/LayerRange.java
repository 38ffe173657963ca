package io.shardwright.core.outline;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A range of consecutive layers of a stack.
 *
 * @param stack the stack's name; empty if the model has only one
 * @param first the first layer's number in the whole model, from 0
 * @param last the last layer's number in the whole model, at least {@code first}
 */
public record LayerRange(String stack, int first, int last) {
  /**
   * Formats several ranges as text.
   *
   * @param ranges the ranges, in order
   * @return for example {@code 0-3, 8-11}; {@code none} for no range
   */
  public static String text(List<LayerRange> ranges) {
    return ranges.isEmpty()
        ? "none"
        : ranges.stream().map(LayerRange::toString).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    String numbers = first == last ? Integer.toString(first) : first + "-" + last;
    return stack.isEmpty() ? numbers : stack + " " + numbers;
  }
}

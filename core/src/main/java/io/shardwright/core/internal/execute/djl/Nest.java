package io.shardwright.core.internal.execute.djl;

import io.shardwright.core.internal.execute.BlockSpans;
import java.util.ArrayList;
import java.util.List;

/**
 * Spans of a tile at regular distances, as sizes and strides: a row of a matrix, a block of
 * columns, a transposed block. The last axis is a span's own elements, the others count spans in
 * their packed order, the slowest first. All numbers are elements of a carrier.
 *
 * @param sizes at least 1 each
 * @param strides 1 for the last axis
 */
record Nest(long start, List<Long> sizes, List<Long> strides) {

  /** Elements that it takes in. */
  long elements() {
    return sizes.stream().reduce(1L, Math::multiplyExact);
  }

  private int spans() {
    return Math.toIntExact(elements() / sizes.get(sizes.size() - 1));
  }

  /** The spans as few nests, in their order. */
  static List<Nest> of(BlockSpans spans, int from, int to, int elementSize) {
    var nests = new ArrayList<Nest>();
    for (int at = from; at < to; ) {
      Nest nest = longest(spans, at, to, elementSize);
      nests.add(nest);
      at += nest.spans();
    }
    return nests;
  }

  /** Takes in what repeats, then what repeats of that, as long as anything does. */
  private static Nest longest(BlockSpans spans, int from, int to, int size) {
    var nest =
        new Nest(spans.block(from) / size, List.of((long) spans.length(from) / size), List.of(1L));
    while (true) {
      int each = nest.spans();
      int times = repeats(spans, from, to, each);
      if (times == 1) {
        return nest;
      }
      long step = (long) (spans.block(from + each) - spans.block(from)) / size;
      nest = nest.repeated(times, step);
    }
  }

  private Nest repeated(long times, long step) {
    var more = new ArrayList<>(sizes);
    more.add(0, times);
    var apart = new ArrayList<>(strides);
    apart.add(0, step);
    return new Nest(start, List.copyOf(more), List.copyOf(apart));
  }

  /** How often a group of spans follows itself at one distance, forwards. */
  private static int repeats(BlockSpans spans, int from, int to, int each) {
    int times = 1;
    if (from + 2 * each > to) {
      return times;
    }
    int step = spans.block(from + each) - spans.block(from);
    while (step > 0 && follows(spans, from + times * each, to, each, step)) {
      times++;
    }
    return times;
  }

  private static boolean follows(BlockSpans spans, int group, int to, int each, int step) {
    if (group + each > to) {
      return false;
    }
    for (int span = group; span < group + each; span++) {
      boolean same =
          spans.length(span) == spans.length(span - each)
              && spans.block(span) - spans.block(span - each) == step;
      if (!same) {
        return false;
      }
    }
    return true;
  }
}

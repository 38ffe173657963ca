package io.shardwright.core.internal.execute.djl;

import io.shardwright.core.internal.execute.Spans;
import java.util.ArrayList;
import java.util.List;

/**
 * Pieces of a tile that lie at regular distances, as sizes and strides: a row of a matrix, a block
 * of columns, a transposed block. The last axis is a piece's own elements, the others count pieces
 * in their packed order, the slowest first. All numbers are elements of a carrier.
 *
 * @param sizes at least 1 each
 * @param strides 1 for the last axis
 */
record Nest(long start, List<Long> sizes, List<Long> strides) {

  /** Elements that it takes in. */
  long elements() {
    return sizes.stream().reduce(1L, Math::multiplyExact);
  }

  private int pieces() {
    return Math.toIntExact(elements() / sizes.get(sizes.size() - 1));
  }

  /** The pieces as few nests, in their order. */
  static List<Nest> of(Spans pieces, int from, int to, int elementSize) {
    var nests = new ArrayList<Nest>();
    for (int at = from; at < to; ) {
      Nest nest = longest(pieces, at, to, elementSize);
      nests.add(nest);
      at += nest.pieces();
    }
    return nests;
  }

  /** Takes in what repeats, then what repeats of that, as long as anything does. */
  private static Nest longest(Spans pieces, int from, int to, int size) {
    var nest =
        new Nest(
            pieces.block(from) / size, List.of((long) pieces.length(from) / size), List.of(1L));
    while (true) {
      int each = nest.pieces();
      int times = repeats(pieces, from, to, each);
      if (times == 1) {
        return nest;
      }
      long step = (long) (pieces.block(from + each) - pieces.block(from)) / size;
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

  /** How often a group of pieces follows itself at one distance, forwards. */
  private static int repeats(Spans pieces, int from, int to, int each) {
    int times = 1;
    if (from + 2 * each > to) {
      return times;
    }
    int step = pieces.block(from + each) - pieces.block(from);
    while (step > 0 && follows(pieces, from + times * each, to, each, step)) {
      times++;
    }
    return times;
  }

  private static boolean follows(Spans pieces, int group, int to, int each, int step) {
    if (group + each > to) {
      return false;
    }
    for (int piece = group; piece < group + each; piece++) {
      boolean same =
          pieces.length(piece) == pieces.length(piece - each)
              && pieces.block(piece) - pieces.block(piece - each) == step;
      if (!same) {
        return false;
      }
    }
    return true;
  }
}

package io.shardwright.core.internal.execute;

import java.util.Arrays;

/**
 * The spans of a view that lie within a block: where each is in the block and in the storage.
 * Positions and lengths in bytes. Reused from block to block.
 */
public final class BlockSpans {
  /** Bits of a sort key that number the span; leaves 40 bits for the distance. */
  private static final int INDEX_BITS = 24;

  private int count;
  private int[] block = new int[16];
  private int[] length = new int[16];
  private long[] stored = new long[16];

  /** Takes the spans of a range of logical elements, in logical order. */
  void take(Spans spans, long first, long last, int elementSize) {
    count = 0;
    for (long span = spans.firstAfter(first); span < spans.count(); span++) {
      long start = spans.logicalStart(span);
      if (start >= last) {
        break;
      }
      long low = Math.max(first, start);
      long high = Math.min(last, start + spans.length());
      add(
          (int) ((low - first) * elementSize),
          Math.multiplyExact(spans.storedStart(span) + low - start, elementSize),
          (int) ((high - low) * elementSize));
    }
  }

  /** Takes one span: the block's first bytes. */
  void whole(int bytes) {
    count = 0;
    add(0, 0, bytes);
  }

  private void add(int inBlock, long inStorage, int bytes) {
    if (count == block.length) {
      block = Arrays.copyOf(block, 2 * count);
      length = Arrays.copyOf(length, 2 * count);
      stored = Arrays.copyOf(stored, 2 * count);
    }
    block[count] = inBlock;
    stored[count] = inStorage;
    length[count++] = bytes;
  }

  /** Puts the spans in the storage's order. */
  void sort() {
    if (sorted()) {
      return;
    }
    long lowest = Arrays.stream(stored, 0, count).min().orElse(0);
    long[] keys = new long[count];
    for (int i = 0; i < count; i++) {
      keys[i] = stored[i] - lowest << INDEX_BITS | i;
    }
    Arrays.sort(keys);
    int[] blocks = block.clone();
    int[] lengths = length.clone();
    long[] places = stored.clone();
    for (int i = 0; i < count; i++) {
      int from = (int) (keys[i] & (1 << INDEX_BITS) - 1);
      block[i] = blocks[from];
      length[i] = lengths[from];
      stored[i] = places[from];
    }
  }

  private boolean sorted() {
    for (int span = 1; span < count; span++) {
      if (stored[span] < stored[span - 1]) {
        return false;
      }
    }
    return true;
  }

  /** The end of the spans that follow each other in the storage without a gap. */
  int neighboursFrom(int from) {
    int to = from + 1;
    while (to < count && stored[to] == stored[to - 1] + length[to - 1]) {
      to++;
    }
    return to;
  }

  /**
   * The end of the spans that lie within some bytes of the storage from the first of them on, and
   * close to each other: no gap is longer than what lies before it.
   */
  int closeFrom(int from, int bytes) {
    int to = from + 1;
    while (to < count
        && stored[to] + length[to] - stored[from] <= bytes
        && stored[to] - stored[to - 1] - length[to - 1] <= length[to - 1]
        && stored[to] >= stored[to - 1] + length[to - 1]) {
      to++;
    }
    return to;
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** Where a span begins in the block. */
  public int block(int span) {
    return block[span];
  }

  public int length(int span) {
    return length[span];
  }

  long stored(int span) {
    return stored[span];
  }

  /** Length of several spans together. */
  public int total(int from, int to) {
    int total = 0;
    for (int span = from; span < to; span++) {
      total += length[span];
    }
    return total;
  }
}

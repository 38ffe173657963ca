package io.shardwright.core.internal.describe;

import io.shardwright.spi.Arrangement;
import io.shardwright.spi.Extent;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Segments;
import io.shardwright.spi.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The segments of an axis that a stored tensor holds, in elements. A shard has of every segment its
 * rank's share, one after another; where segments alternate, a part of each share at a time.
 *
 * @param factor the axis, which is one factor
 * @param all that the canonical axis has, in order
 * @param held in order
 * @param counts that the ranks must divide, besides the segments
 * @param alternating how often the segments follow each other in the whole tensor, at least 1
 */
record SegmentedAxis(
    int factor, List<Segment> all, List<Segment> held, List<Long> counts, long alternating) {
  /**
   * A segment.
   *
   * @param start in the canonical axis
   * @param cut whether ranks have a share each
   */
  record Segment(long start, long length, boolean cut) {
    long share(int ranks) {
      return cut ? length / ranks : length;
    }

    long end() {
      return start + length;
    }
  }

  /** Where elements of a shard stand in the canonical axis. */
  record Piece(long stored, long canonical, long length) {}

  /**
   * By a configuration that tells all lengths.
   *
   * @throws IllegalArgumentException saying what does not fit
   */
  static SegmentedAxis of(Arrangement arrangement, int factor, boolean cut, ModelConfig config) {
    Segments segments = arrangement.segments().orElseThrow();
    var all = new ArrayList<Segment>();
    long start = 0;
    for (int number = 0; number < segments.sizes().size(); number++) {
      Size size = segments.sizes().get(number);
      long length =
          size.in(config)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "can't be split into segments: " + config.saying(size.keys(config))));
      all.add(new Segment(start, length, cut && !segments.uncut().contains(number)));
      start = Math.addExact(start, length);
    }
    var held =
        arrangement
            .range()
            .filter(range -> range.factor() == factor)
            .map(range -> Factors.bounds(range, all.size()))
            .map(bounds -> all.subList((int) bounds[0], (int) bounds[1]))
            .orElse(all);
    long alternating = segments.alternating().map(key -> count(key, config)).orElse(1L);
    var counts = new ArrayList<Long>();
    arrangement.headsKey().ifPresent(key -> counts.add(count(key, config)));
    segments.alternating().ifPresent(key -> counts.add(alternating));
    for (Segment segment : held) {
      if (segment.length() % alternating != 0) {
        throw new IllegalArgumentException(
            "has a segment of " + segment.length() + ", which " + alternating + " can't share");
      }
    }
    return new SegmentedAxis(factor, List.copyOf(all), List.copyOf(held), counts, alternating);
  }

  private static long count(String key, ModelConfig config) {
    OptionalLong count = Extent.count(key).in(config);
    return count.orElseThrow(
        () ->
            new IllegalArgumentException(
                "can't be split into heads: " + config.saying(Extent.count(key).keys())));
  }

  /** Its first element in the canonical axis. */
  long start() {
    return held.get(0).start();
  }

  /** The element after its last. */
  long end() {
    return held.get(held.size() - 1).end();
  }

  /** How many elements a rank has. */
  long local(int ranks) {
    return held.stream().mapToLong(segment -> segment.share(ranks)).sum();
  }

  /** Whether every segment that is cut can be. */
  boolean divides(int ranks) {
    boolean cut = held.stream().anyMatch(Segment::cut);
    return held.stream().allMatch(s -> !s.cut() || s.length() % ranks == 0)
        && (!cut || counts.stream().allMatch(count -> count % ranks == 0));
  }

  /** The elements of one rank's share around an element of the canonical axis; its rank. */
  RankRange range(long canonical, int ranks) {
    int number = 0;
    while (canonical >= all.get(number).end()) {
      number++;
    }
    Segment segment = all.get(number);
    long own = segment.share(ranks);
    long rank = (canonical - segment.start()) / own;
    return new RankRange(number, (int) rank, segment.start() + (rank + 1) * own);
  }

  /** Whether elements are of a segment that every rank has. */
  boolean repeated(long canonical) {
    return held.stream().anyMatch(s -> !s.cut() && canonical >= s.start() && canonical < s.end());
  }

  /** Where the elements of a run of a rank's shard stand. */
  List<Piece> pieces(int rank, int ranks, long first, long end) {
    var pieces = new ArrayList<Piece>();
    boolean cut = held.stream().anyMatch(Segment::cut);
    long turns = alternating > 1 && cut ? alternating / ranks : alternating;
    long at = 0;
    for (long turn = 0; turn < turns; turn++) {
      for (Segment segment : held) {
        long share = segment.share(ranks);
        long length = share / turns;
        long from = Math.max(first, at);
        long to = Math.min(end, at + length);
        if (from < to) {
          long own = segment.start() + (segment.cut() ? rank * share : 0) + turn * length;
          pieces.add(new Piece(from, own + from - at, to - from));
        }
        at += length;
      }
    }
    return pieces;
  }
}

package io.shardwright.adapters.megatron;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The flat buffer of some parameters of a rank (Megatron-LM core_v0.19.0, {@code
 * megatron/core/optimizer/distrib_optimizer.py}, {@code _compute_per_buffer_param_layout}; older
 * releases {@code megatron/core/distributed/param_and_grad_buffer.py}).
 *
 * <p>Grammar:
 *
 * <pre>
 * buffer    = bucket+
 * bucket    = item+ end
 * item      = gap parameter      the last registered parameter first, the first one last
 * gap       = 0 to 63 elements, so that the parameter begins at a multiple of 64; none up to 0.7
 * end       = up to a multiple of lcm(DP, 128), with pad_buckets_for_high_nccl_busbw of
 *             lcm(DP, 128, 65536); of DP up to 0.6
 * </pre>
 *
 * A bucket ends once it holds {@code bucket_size} elements, gaps counted; there is one bucket where
 * no size is set: without overlap of the gradients' reduction, on every stage but the first, and in
 * every chunk of a stage but the first. The embedding that stages share has a bucket of its own.
 * What is stored has no ends; of the bucket before a shared embedding the last gap is kept.
 *
 * @param parameters in the order of registration
 * @param alignment of a parameter's first element: 64, or 1 for older releases
 */
record BufferLayout(List<Item> parameters, long alignment) {
  /** Elements to whose multiples parameters are aligned. */
  static final long ALIGNED = 64;

  /** Those that older releases align parameters to. */
  static final long TIGHT = 1;

  private static final int MOST_SIZES = 4096;

  /**
   * A parameter.
   *
   * @param elements how many it has on the rank
   * @param shared whether it is the embedding that two stages share
   */
  record Item(long elements, boolean shared) {}

  /** Where a parameter lies: its bucket, and its first element within it. */
  record Place(int bucket, long start) {}

  /**
   * A whole buffer.
   *
   * @param places of the parameters, in the order of registration
   * @param buckets elements of each without its end
   */
  record Laid(List<Place> places, List<Long> buckets) {
    /** The elements of all buckets without their ends. */
    long elements() {
      return buckets.stream().mapToLong(Long::longValue).sum();
    }

    /** Where each parameter begins if the buckets follow one another without their ends. */
    List<Long> joined() {
      var starts = new ArrayList<Long>();
      long before = 0;
      for (long bucket : buckets) {
        starts.add(before);
        before += bucket;
      }
      return places.stream().map(place -> starts.get(place.bucket()) + place.start()).toList();
    }
  }

  /** When a bucket ends. */
  private interface End {
    /** Whether it does behind a parameter, given its number and its elements up to there. */
    boolean behind(int bucket, long elements);
  }

  private static long up(long value, long multiple) {
    return Math.addExact(value, multiple - 1) / multiple * multiple;
  }

  /**
   * A bucket's elements with its end.
   *
   * @param elements without it
   * @param ranks of data parallelism
   */
  static long withEnd(long elements, long ranks) {
    long common = ranks;
    while (common % 128 != 0) {
      common = Math.addExact(common, ranks);
    }
    return up(elements, common);
  }

  /**
   * The buffer of a bucket size.
   *
   * @param size elements that end a bucket; empty for one bucket
   */
  Laid of(OptionalLong size) {
    return laid((bucket, elements) -> size.isPresent() && elements >= size.getAsLong());
  }

  /** The buffer whose buckets have these elements without their ends; empty if there is none. */
  Optional<Laid> of(List<Long> stated) {
    var laid = laid((bucket, elements) -> bucket < stated.size() && elements >= stated.get(bucket));
    return Optional.of(laid).filter(found -> found.buckets().equals(stated));
  }

  /**
   * Where parameters lie in the buffers of any bucket size that have so many elements in all, if
   * buckets follow one another without their ends.
   *
   * @return each once; that of one bucket first, then those of larger buckets before smaller ones
   */
  List<List<Long>> withTotal(long elements) {
    var sizes = new ArrayList<OptionalLong>();
    OptionalLong size = OptionalLong.of(1);
    for (int tried = 0; size.isPresent() && tried < MOST_SIZES; tried++) {
      sizes.add(size);
      size = next(of(size), size.getAsLong());
    }
    sizes.add(OptionalLong.empty());
    Collections.reverse(sizes);
    return sizes.stream()
        .map(this::of)
        .filter(laid -> laid.elements() == elements)
        .map(Laid::joined)
        .distinct()
        .toList();
  }

  /** The least bucket size that cuts otherwise: all up to the smallest bucket cut alike. */
  private static OptionalLong next(Laid laid, long size) {
    var least = laid.buckets().stream().filter(bucket -> bucket >= size).min(Long::compare);
    return least.isPresent() ? OptionalLong.of(least.get() + 1) : OptionalLong.empty();
  }

  private Laid laid(End end) {
    var places = new ArrayList<Place>();
    var buckets = new ArrayList<Long>();
    long at = 0;
    boolean open = false;
    for (int number = parameters.size() - 1; number >= 0; number--) {
      Item item = parameters.get(number);
      at = up(at, alignment);
      if (item.shared() && open) {
        buckets.add(at);
        at = 0;
      }
      places.add(new Place(buckets.size(), at));
      at = Math.addExact(at, item.elements());
      open = !item.shared() && !end.behind(buckets.size(), at);
      if (!open) {
        buckets.add(at);
        at = 0;
      }
    }
    if (open) {
      buckets.add(at);
    }
    Collections.reverse(places);
    return new Laid(List.copyOf(places), List.copyOf(buckets));
  }
}

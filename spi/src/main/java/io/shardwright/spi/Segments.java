package io.shardwright.spi;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The segments of an axis: matrices of unequal numbers of rows (or columns) in one tensor, such as
 * z, x, B, C and dt in Mamba's {@code in_proj}. Tensor parallelism cuts each on its own: rank
 * <i>r</i> of <i>w</i> holds the elements from {@code r * L / w} on, {@code L / w} of them, of
 * every segment of length <i>L</i>, one segment's after another (megatron-core 0.19.2, {@code
 * megatron/core/ssm/mamba_mixer.py}).
 *
 * @param axis canonical axis, from 0
 * @param sizes lengths in the whole model, in elements; at most 64
 * @param uncut numbers of the segments, from 0, that every rank holds whole
 * @param alternating configuration key of a count into which every segment is divided, if the first
 *     shares of all segments stand before the second ones, as the gates of query groups do; {@code
 *     num_attention_heads} counts if the key is absent. Empty if segments stand whole, one after
 *     another
 */
public record Segments(
    int axis, List<Size> sizes, Set<Integer> uncut, Optional<String> alternating) {
  private static final int MOST = 64;

  /**
   * Copies the collections.
   *
   * @param axis kept as given
   * @param sizes copied
   * @param uncut copied
   * @param alternating kept as given
   * @throws IllegalArgumentException if there are less than two or too many segments, {@code uncut}
   *     has another's number, or segments alternate of which some are not cut
   */
  public Segments {
    sizes = List.copyOf(sizes);
    uncut = Set.copyOf(uncut);
    int count = sizes.size();
    if (count < 2 || count > MOST) {
      throw new IllegalArgumentException(count + " segments, expected 2 to " + MOST);
    }
    if (uncut.stream().anyMatch(number -> number < 0 || number >= count)) {
      throw new IllegalArgumentException(uncut + " of " + count + " segments are not cut");
    }
    if (alternating.isPresent() && !uncut.isEmpty()) {
      throw new IllegalArgumentException("segments alternate, and " + uncut + " are not cut");
    }
  }

  Segments uncut(Set<Integer> numbers) {
    return new Segments(axis, sizes, numbers, alternating);
  }

  Segments alternating(String key) {
    return new Segments(axis, sizes, uncut, Optional.of(key));
  }

  /**
   * Returns the formula of the length of the whole axis.
   *
   * @return the sum of all sizes
   */
  public Size total() {
    return new Size(
        sizes.stream().map(size -> "(" + size.formula() + ")").collect(Collectors.joining(" + ")));
  }
}

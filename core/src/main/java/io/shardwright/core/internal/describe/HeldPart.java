package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.RuleMatcher.Match;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What of a rank's stored tensor is one logical tensor: all of it, or a row of axis 0, which counts
 * experts.
 *
 * @param indexes of layer and expert as the rank's file numbers them
 * @param row of axis 0; -1 for all of it
 */
record HeldPart(List<Integer> indexes, int row) {
  /** No model has more experts; those of a malformed file are counted as too many. */
  private static final long MOST = 1_000_000;

  static final HeldPart WHOLE = new HeldPart(List.of(), -1);

  /**
   * The experts that a stored tensor has: one, or one of each row.
   *
   * @throws MalformedCheckpointException if the configuration has fewer
   */
  static List<HeldPart> experts(Describer describer, Match match, TensorSpec spec) {
    var parts = List.of(new HeldPart(match.indexes(), -1));
    if (ExpertBlocks.stacked(match.rule())) {
      long rows = spec.shape().rank() == 0 ? 0 : spec.shape().dim(0);
      parts =
          IntStream.range(0, (int) Math.min(rows, MOST))
              .mapToObj(row -> new HeldPart(with(match.indexes(), row), row))
              .toList();
    }
    require(describer, match.rule(), parts, spec);
    return parts;
  }

  private static List<Integer> with(List<Integer> indexes, int expert) {
    return Stream.concat(indexes.stream(), Stream.of(expert)).toList();
  }

  private static void require(
      Describer describer, ParameterRule rule, List<HeldPart> parts, TensorSpec spec) {
    boolean all = describer.grid.expert() == 1;
    long most = all ? MOST - 1 : describer.experts.each(rule);
    boolean more = parts.stream().anyMatch(part -> part.expert() >= most);
    if (parts.isEmpty() || more) {
      String key = rule.traits().experts().orElseThrow();
      throw new MalformedCheckpointException(
          ErrorCode.CONFIG_CONTRADICTED,
          describer.source,
          "'"
              + spec.name()
              + "' "
              + (more ? "belongs to an expert beyond the " + most + " of a rank" : "has no experts")
              + ": "
              + describer.config.saying(List.of(key, ParallelDimension.EXPERT.configKey())));
    }
  }

  private int expert() {
    return indexes.get(indexes.size() - 1);
  }

  private <T> List<T> own(List<T> axes) {
    return row < 0 ? axes : axes.subList(1, axes.size());
  }

  Shape shape(Shape stored) {
    return row < 0 ? stored : new Shape(own(stored.dims()));
  }

  /** Where its elements stand in the canonical tensor. */
  List<View> views(FoundForm found, int rank, int ranks, SourceTensor tensor) {
    long start = tensor.start() + (row < 0 ? 0 : row * tensor.strides().get(0));
    return tensor.rows().isEmpty()
        ? found.views(rank, start, own(tensor.strides()))
        : tensor.rows().stream()
            .flatMap(
                piece ->
                    found
                        .form()
                        .views(rank, ranks, piece.logical(), piece.start(), piece.strides())
                        .stream())
            .toList();
  }
}

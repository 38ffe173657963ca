package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.Segments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the tensors that can't be cut over a number of ranks.
 *
 * @param dimension along which they are cut
 * @param emissions all tensors that are cut along it
 */
record Cuts(ModelConfig config, ParallelDimension dimension, List<Emission> emissions) {
  /** Along which tensors are cut. */
  static final List<ParallelDimension> DIMENSIONS =
      List.of(ParallelDimension.TENSOR, ParallelDimension.EXPERT_TENSOR);

  /**
   * Along which one is cut.
   *
   * @param apart whether experts are cut over another number of ranks
   */
  static ParallelDimension dimension(Emission emission, boolean apart) {
    return apart && ExpertBlocks.isExpert(emission.row())
        ? ParallelDimension.EXPERT_TENSOR
        : ParallelDimension.TENSOR;
  }

  /** A sentence for each reason, with the legal numbers. */
  List<String> problems(int ranks) {
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    for (Emission emission : emissions) {
      problem(emission, ranks)
          .ifPresent(
              reason ->
                  byReason.computeIfAbsent(reason, r -> new ArrayList<>()).add(emission.name()));
    }
    return byReason.entrySet().stream()
        .map(same -> sentence(same.getValue(), ranks, same.getKey()))
        .toList();
  }

  private String sentence(List<String> names, int ranks, String reason) {
    String others = names.size() > 1 ? " and " + (names.size() - 1) + " more" : "";
    return String.format(
        Locale.ROOT,
        "'%s'%s can't be cut for %s=%d: %s. Choose %s.",
        names.get(0),
        others,
        dimension.configKey(),
        ranks,
        reason,
        Feasibility.listed(size -> emissions.stream().allMatch(e -> fits(e, size))));
  }

  /** Vocabulary rows are padded until they do. */
  static boolean fits(Emission emission, int ranks) {
    return emission.row().traits().vocabPadded() || emission.form().divides(ranks);
  }

  private Optional<String> problem(Emission emission, int ranks) {
    if (fits(emission, ranks)) {
      return Optional.empty();
    }
    var arrangement = emission.row().arrangement();
    return Stream.concat(
            arrangement.headsKey().stream(),
            arrangement.segments().flatMap(Segments::alternating).stream())
        .map(key -> config.integer(key).isPresent() ? key : "num_attention_heads")
        .filter(key -> config.integer(key).orElse(0) % ranks != 0)
        .map(key -> key + "=" + config.integer(key).getAsLong())
        .findFirst()
        .map(count -> count + " is not divisible by " + ranks)
        .or(() -> Optional.of(axis(emission, ranks)));
  }

  private static String axis(Emission emission, int ranks) {
    int stride = emission.row().arrangement().stride();
    return (emission.form().segments().isPresent() ? "a segment of axis " : "axis ")
        + emission.form().cutAxis()
        + " of shape "
        + emission.form().shard(1)
        + " is not divisible by "
        + (stride == 1 ? ranks : stride + " x " + ranks);
  }
}

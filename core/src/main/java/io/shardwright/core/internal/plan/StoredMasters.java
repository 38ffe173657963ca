package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Refuses an optimizer some of whose master weights are not the weights: the only sign that a state
 * lies elsewhere than its names say. Megatron-Core stores {@code fully_reshardable} so where a
 * bucket that others follow is padded, and what lay behind each bucket is lost (core_v0.19.2,
 * {@code megatron/core/optimizer/distrib_optimizer.py}, sharded_param_state_fully_reshardable).
 * Such a state is right in the first bucket, which has the last parameters, and wrong throughout in
 * all others: samples of some parameters show it before anything is written, and whatever else is
 * no master of its weight shows as it moves. Where no sample is its weight, none was moved.
 */
public final class StoredMasters {
  private static final int LAYERED = 64;
  private static final int PARTS = 2;

  /**
   * Trainings whose weights are not their masters rounded: weights of 8 and 4 bits are stored as
   * what they stand for, and Transformer Engine's optimizer may keep of a master what the weight
   * lacks (core_v0.19.2, {@code megatron/core/dist_checkpointing/utils.py}, {@code
   * megatron/core/optimizer/optimizer_config.py}).
   */
  private static final Set<String> OTHERWISE =
      Set.of("fp8_param_gather", "fp4_param_gather", "use_precision_aware_optimizer");

  private StoredMasters() {}

  /**
   * Compares samples.
   *
   * @return the model, whose masters are compared in full as they move if samples are their weights
   * @throws MalformedCheckpointException naming the first parameter whose master is another's, if
   *     others have their own
   */
  public static ModelDescription require(ModelDescription model) {
    if (OTHERWISE.stream().map(model.settings()::get).anyMatch("true"::equalsIgnoreCase)) {
      return model;
    }
    Map<String, LogicalTensor> weights = new HashMap<>();
    model.tensors().forEach(tensor -> weights.put(tensor.id(), tensor));
    var others = new ArrayList<LogicalTensor>();
    boolean own = false;
    for (LogicalTensor master : sampled(model)) {
      LogicalTensor weight = weights.get(parameter(master));
      if (weight != null && !comparedInFull(weight)) {
        boolean holds =
            MasterProbe.holds(weight, RoundedWeight.COARSEST, some(master.parts(), PARTS));
        own |= holds;
        if (!holds) {
          others.add(master);
        }
      }
    }
    if (own && !others.isEmpty()) {
      throw refusal(others.get(0), weights.get(parameter(others.get(0))));
    }
    return own ? compared(model, weights) : model;
  }

  /** With the weights as what their masters must be rounded to. */
  private static ModelDescription compared(
      ModelDescription model, Map<String, LogicalTensor> weights) {
    var all = new ArrayList<LogicalTensor>();
    for (LogicalTensor tensor : model.tensors()) {
      boolean master = Companions.kind(tensor.id()).equals(Companions.MASTER);
      LogicalTensor weight = master ? weights.get(parameter(tensor)) : null;
      var again = new ArrayList<>(tensor.replicas());
      if (weight != null && !comparedInFull(weight)) {
        weight.parts().forEach(part -> again.add(new Replica(part, Replica.Kind.WEIGHT)));
      }
      all.add(tensor.in(tensor.parts(), again));
    }
    return model.with(all);
  }

  private static String parameter(LogicalTensor master) {
    return master.id().substring(Companions.prefix(master.id()).length());
  }

  /** Those of no layer, of which the first bucket has one, and some of others. */
  private static List<LogicalTensor> sampled(ModelDescription model) {
    var masters =
        model.tensors().stream()
            .filter(tensor -> Companions.kind(tensor.id()).equals(Companions.MASTER))
            .collect(Collectors.partitioningBy(tensor -> tensor.layer().isEmpty()));
    return Stream.concat(masters.get(true).stream(), some(masters.get(false), LAYERED).stream())
        .toList();
  }

  /** As all are that lay in flat buffers. */
  private static boolean comparedInFull(LogicalTensor weight) {
    return weight.replicas().stream().anyMatch(again -> again.kind() == Replica.Kind.MASTER);
  }

  /** Evenly spread, the last one too. */
  private static <T> List<T> some(List<T> all, int most) {
    int count = Math.min(all.size(), most);
    return IntStream.rangeClosed(1, count)
        .mapToObj(number -> all.get((int) ((long) number * all.size() / count) - 1))
        .toList();
  }

  private static MalformedCheckpointException refusal(LogicalTensor master, LogicalTensor weight) {
    SourcePart part = master.parts().get(0);
    return new MalformedCheckpointException(
        ErrorCode.SOURCES_DISAGREE,
        part.tensor().storage().name(),
        "'"
            + master.stored()
            + "' is no master weight of '"
            + weight.stored()
            + "', expected one that is rounded to it, as others are: the state was stored shifted,"
            + " as Megatron-Core 0.19 does with fully_reshardable and several padded buckets, or is"
            + " of another training; leave it out with "
            + Setting.NO_OPTIMIZER.inText());
  }
}

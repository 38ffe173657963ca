package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.ParameterGroup;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.TensorTree;
import io.shardwright.spi.format.TrainingState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** The optimizers of an iteration's ranks, of which all can be read or none is. */
final class RankOptimizers {
  /** Megatron-Core's LayerWiseDistributedOptimizer, as of Muon. */
  private static final Pattern LAYER_WISE = Pattern.compile("layer_wise_optimizer_[0-9]+\\.pt");

  private final boolean distributed;
  private final Map<ParameterGroup, Obj> groups = new LinkedHashMap<>();
  private final Set<JsonValue> scalers = new LinkedHashSet<>();
  private final List<String> with = new ArrayList<>();
  private final List<String> without = new ArrayList<>();
  private Optional<String> unread = Optional.empty();

  /**
   * Of none yet.
   *
   * @param distributed whether flat buffers beside the ranks' files have the states
   */
  RankOptimizers(boolean distributed) {
    this.distributed = distributed;
  }

  /** The optimizer of a rank; empty where it has none, or none that can be read. */
  Optional<RankOptimizer> of(StoredFiles rank, RankState state, List<TensorTree> models) {
    if (distributed) {
      return Optional.empty();
    }
    (state.hasOptimizer() ? with : without).add(rank.name());
    rank.files().stream()
        .filter(file -> LAYER_WISE.matcher(file).matches())
        .findFirst()
        .ifPresent(
            file -> unread = Optional.of("which is divided among ranks by layers (" + file + ")"));
    if (unread.isPresent() || !state.hasOptimizer()) {
      return Optional.empty();
    }
    try {
      var optimizer = new RankOptimizer(rank, state, models);
      optimizer.groups().forEach(groups::putIfAbsent);
      optimizer.scaler().ifPresent(scalers::add);
      return Optional.of(optimizer);
    } catch (UnsupportedCheckpointException refused) {
      unread = Optional.of("which can't be converted: " + refused.getMessage());
      return Optional.empty();
    }
  }

  /** Why states that are there are not read; empty where they are, or there are none. */
  Optional<String> unread() {
    boolean differ = !with.isEmpty() && !without.isEmpty();
    return differ
        ? Optional.of(
            "which can't be converted: " + without.get(0) + " has none, as " + with.get(0) + " has")
        : unread;
  }

  /**
   * What the training needs to go on.
   *
   * @param first rank's file
   */
  Optional<TrainingState> training(RankState first) {
    if (groups.isEmpty() || unread().isPresent()) {
      return Optional.empty();
    }
    var state =
        TrainingState.of(CommonTraining.NON_DISTRIBUTED)
            .progress(
                first.iteration().map(RankOptimizers::count).orElse(OptionalLong.empty()),
                first.size("consumed_train_samples"));
    for (String key : List.of(TrainingState.BATCH, TrainingState.WINDOW)) {
      first.size(key).ifPresent(size -> state.setting(key, Long.toString(size)));
    }
    groups.values().forEach(state::group);
    scalers.stream().findFirst().ifPresent(scaler -> state.part(TrainingState.SCALER, scaler));
    first
        .root()
        .get(TrainingState.SCHEDULER)
        .or(() -> first.root().get("lr_scheduler"))
        .ifPresent(value -> state.part(TrainingState.SCHEDULER, value));
    first
        .root()
        .get(TrainingState.OPERATIONS)
        .ifPresent(value -> state.part(TrainingState.OPERATIONS, value));
    return Optional.of(state.build());
  }

  private static OptionalLong count(String text) {
    return new JsonValue.Num(text).asLong();
  }
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StackStages;
import io.shardwright.spi.LayerStack.Stages;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The stages where stacks that follow each other change, as T5's decoder follows its encoder: as in
 * the source while the number of stages stays, else where the fullest stage has the fewest layers.
 *
 * @param wanted in place of that, legal or not
 */
public record SplitRanks(ModelDescription model, OptionalInt wanted) {
  SplitRanks(ModelDescription model) {
    this(model, OptionalInt.empty());
  }

  /**
   * A stage for each configuration key that names one.
   *
   * @return 0 in a pipeline of one stage; without keys for which no stage is legal
   */
  Map<String, Integer> of(int stages) {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    for (String key : keys()) {
      rank(key, stages).ifPresent(rank -> ranks.put(key, rank));
    }
    return ranks;
  }

  /**
   * Refuses a stage for a model that has no second stack to begin there.
   *
   * @throws PlanRejectedException naming the setting
   */
  public void requireMeaning() {
    if (wanted.isPresent() && keys().isEmpty()) {
      throw new PlanRejectedException(
          ErrorCode.OPTION_UNFIT,
          model.source(),
          List.of(
              Setting.SPLIT_RANK.inText()
                  + ": a model of family '"
                  + model.family().id()
                  + "' has no decoder behind an encoder. Leave it out."));
    }
  }

  /** Whether there is one for each. */
  boolean possible(int stages) {
    return of(stages).keySet().containsAll(keys());
  }

  /** None in a model of one stack, or of stacks that lie side by side. */
  private List<String> keys() {
    return model.family().stacks().stream()
        .map(stack -> stack.splitKey())
        .filter(key -> !key.isEmpty())
        .distinct()
        .toList();
  }

  private Optional<Integer> rank(String key, int stages) {
    if (stages == 1) {
      return Optional.of(0);
    }
    if (wanted.isPresent()) {
      return Optional.of(wanted.getAsInt());
    }
    var stacks = stacks(key);
    long own = model.config().count(key, 0).orElse(0);
    if (stages == model.grid().pipeline() && own < stages && fullest(stacks, own, stages) > 0) {
      return Optional.of((int) own);
    }
    return stages > model.layers()
        ? Optional.empty()
        : IntStream.range(1, stages)
            .boxed()
            .filter(rank -> fullest(stacks, rank, stages) > 0)
            .min(Comparator.comparingLong(rank -> fullest(stacks, rank, stages)));
  }

  /** The stages where a second stack can begin. */
  List<Integer> legal(int stages) {
    return IntStream.range(1, stages)
        .filter(rank -> keys().stream().allMatch(key -> fullest(stacks(key), rank, stages) > 0))
        .boxed()
        .toList();
  }

  private List<StackStages> stacks(String key) {
    return model.stages().stacks().stream()
        .filter(stack -> stack.stack().splitKey().equals(key))
        .toList();
  }

  /** The layers of the stage that has most; 0 where they don't come out even. */
  private static long fullest(List<StackStages> stacks, long rank, int stages) {
    long most = 0;
    for (StackStages stack : stacks) {
      long own = stack.stack().stages() == Stages.BEFORE ? rank : stages - rank;
      if (own < 1 || stack.layers() % own != 0) {
        return 0;
      }
      most = Math.max(most, stack.layers() / own);
    }
    return most;
  }
}

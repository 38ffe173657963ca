package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleCopy;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.RuleMatcher;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.RankCoordinate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the optimizer state of a target rank: numbers parameters anew and gathers their moments and
 * scalars.
 */
final class TargetOptimizer {
  /** What a source file's optimizer keeps for a parameter. */
  private record Kept(OptimizerState optimizer, PickleValue fields) {}

  private final ExecutablePlan plan;
  private final StageLayers after;
  private final Map<String, Kept> kept = new HashMap<>();
  private final Map<RankCoordinate, OptimizerState> optimizers = new HashMap<>();

  TargetOptimizer(LightningCheckpoint source, ExecutablePlan plan) {
    this.plan = plan;
    var before = plan.source().stages();
    this.after = plan.stages();
    var grouping = grouping(plan.source().config(), plan.source().naming());
    for (var rank : plan.source().files().ranks()) {
      TrainingFile file = source.files().get(rank.rank());
      var parameters = TrainingRanks.parameters(rank.names(), rank.tensors());
      OptimizerState.of(file, parameters, grouping)
          .ifPresent(
              optimizer -> {
                optimizers.put(rank.rank(), optimizer);
                for (String name : parameters) {
                  String global = before.global(name, rank.rank().pipeline());
                  optimizer
                      .fields(name)
                      .ifPresent(fields -> kept.putIfAbsent(global, new Kept(optimizer, fields)));
                }
              });
    }
  }

  private ParameterGroups grouping(ModelConfig config, Naming naming) {
    return new ParameterGroups(
        plan.source().source(), () -> RuleMatcher.of(plan.source().family(), config, naming));
  }

  /** The optimizer's list for a target file; {@code NONE} where the source has no optimizer. */
  PickleValue of(TargetFile file, RankCoordinate template, TrainingPickle pickle) {
    OptimizerState like = optimizers.get(template);
    if (like == null) {
      return Constant.NONE;
    }
    var parameters = TrainingRanks.parameters(file.names(), file.tensors());
    var groups = grouping(plan.config(), plan.choice().naming()).of(parameters, like.groupCount());
    PickleCopy copy = pickle.carried().from(like.file());
    Dict plain = plain(like, groups, file, pickle, copy);
    var list = new Sequence();
    list.items().add(like.wrapped() ? wrapped(like, plain, groups, file, pickle, copy) : plain);
    return list;
  }

  private Dict plain(
      OptimizerState like,
      List<List<String>> groups,
      TargetFile file,
      TrainingPickle pickle,
      PickleCopy copy) {
    var plain = new Dict();
    for (Entry entry : TrainingFile.entries(like.plain())) {
      String key = entry.key() instanceof Text text ? text.value() : "";
      switch (key) {
        case "state" -> plain.put(entry.key(), state(entry.value(), groups, file, pickle, copy));
        case "param_groups" -> plain.put(entry.key(), groups(entry.value(), groups, copy));
        default -> plain.put(entry.key(), copy.copy(entry.value()));
      }
    }
    return plain;
  }

  private Dict state(
      PickleValue source,
      List<List<String>> groups,
      TargetFile file,
      TrainingPickle pickle,
      PickleCopy copy) {
    var state = new Dict();
    for (Entry entry : TrainingFile.entries(source)) {
      if (!(entry.key() instanceof Int)) {
        state.put(entry.key(), copy.copy(entry.value()));
      }
    }
    long index = 0;
    for (List<String> group : groups) {
      for (String name : group) {
        long number = index++;
        kept(name, file).ifPresent(k -> state.put(Int.of(number), fields(k, name, file, pickle)));
      }
    }
    return state;
  }

  /** By the parameter's name in the whole model; a tied copy's is that of what it copies. */
  private Optional<Kept> kept(String name, TargetFile file) {
    Kept own = kept.get(after.global(name, file.rank().pipeline()));
    if (own != null) {
      return Optional.of(own);
    }
    return plan.source().table().rules().stream()
        .filter(rule -> rule.traits().tiedCopy().filter(name::endsWith).isPresent())
        .map(
            rule -> {
              int copied = rule.traits().tiedCopy().orElseThrow().length();
              return kept.get(name.substring(0, name.length() - copied) + rule.pattern());
            })
        .filter(java.util.Objects::nonNull)
        .findFirst();
  }

  private Dict fields(Kept kept, String name, TargetFile file, TrainingPickle pickle) {
    var fields = new Dict();
    PickleCopy copy = pickle.carried().from(kept.optimizer().file());
    for (Entry entry : TrainingFile.entries(kept.fields())) {
      String kind = entry.key() instanceof Text text ? text.value() : "";
      TargetTensor companion = file.tensors().get(Companions.name(kind, name));
      fields.put(
          entry.key(), companion == null ? copy.copy(entry.value()) : pickle.tensor(companion));
    }
    return fields;
  }

  private static Sequence groups(PickleValue source, List<List<String>> groups, PickleCopy copy) {
    var list = new Sequence();
    long index = 0;
    var dicts = ((Sequence) source).items();
    for (int group = 0; group < dicts.size(); group++) {
      var dict = new Dict();
      var params = new Sequence();
      for (int i = 0; i < groups.get(group).size(); i++) {
        params.items().add(Int.of(index++));
      }
      for (Entry entry : TrainingFile.entries(dicts.get(group))) {
        boolean isParams = entry.key() instanceof Text key && key.value().equals("params");
        dict.put(entry.key(), isParams ? params : copy.copy(entry.value()));
      }
      list.items().add(dict);
    }
    return list;
  }

  private static Dict wrapped(
      OptimizerState like,
      Dict plain,
      List<List<String>> groups,
      TargetFile file,
      TrainingPickle pickle,
      PickleCopy copy) {
    var whole = new Dict();
    for (Entry entry : TrainingFile.entries(like.whole())) {
      String key = entry.key() instanceof Text text ? text.value() : "";
      switch (key) {
        case "optimizer" -> whole.put(entry.key(), plain);
        case OptimizerState.MASTERS -> whole.put(entry.key(), masters(groups, file, pickle));
        default -> whole.put(entry.key(), copy.copy(entry.value()));
      }
    }
    return whole;
  }

  private static Sequence masters(
      List<List<String>> groups, TargetFile file, TrainingPickle pickle) {
    var all = new Sequence();
    for (List<String> group : groups) {
      var list = new Sequence();
      var tensors = new ArrayList<TargetTensor>();
      group.forEach(
          name ->
              tensors.add(file.tensors().get(Companions.name(OptimizerState.MASTER_KIND, name))));
      tensors.forEach(tensor -> list.items().add(pickle.tensor(tensor)));
      all.items().add(list);
    }
    return all;
  }
}

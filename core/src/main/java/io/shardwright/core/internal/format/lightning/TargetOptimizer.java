package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleCopy;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.torch.NestedState;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.RuleMatcher;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.Traits.Flag;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Makes the optimizer state of a target rank: numbers parameters anew and gathers their moments and
 * scalars.
 */
final class TargetOptimizer {
  /** What a source file's optimizer keeps for a parameter. */
  private record Kept(OptimizerState optimizer, PickleValue fields) {}

  private static final RankCoordinate FIRST = new RankCoordinate(0, 0);

  private final ExecutablePlan plan;
  private final StageLayers after;
  private final Map<String, Kept> kept = new HashMap<>();
  private final Map<RankCoordinate, OptimizerState> optimizers = new HashMap<>();
  private final Optional<NewTraining> made;

  /** The optimizer of a training that no file of NeMo's says yet. */
  TargetOptimizer(NewTraining made, TrainingFile template, ExecutablePlan plan) {
    this.plan = plan;
    this.after = plan.stages();
    this.made = Optional.of(made);
    OptimizerState.of(template, List.of(), grouping(plan.config(), plan.choice().naming()))
        .ifPresent(optimizer -> optimizers.put(FIRST, optimizer));
  }

  TargetOptimizer(LightningCheckpoint source, ExecutablePlan plan) {
    this.made = Optional.empty();
    this.plan = plan;
    var before = plan.source().stages();
    boolean numbered = plan.source().files().numbered();
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
                  String global = numbered ? name : before.global(name, rank.rank().pipeline());
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
    OptimizerState like = optimizers.get(made.isPresent() ? FIRST : template);
    if (like == null) {
      return Constant.NONE;
    }
    var parameters = TrainingRanks.parameters(file.names(), file.tensors());
    var groups = grouping(plan.config(), plan.choice().naming()).of(parameters, like.groupCount());
    PickleCopy copy = pickle.carried().from(like.file());
    Dict plain =
        copied(
            like.plain(),
            copy,
            entry ->
                switch (entry.name()) {
                  case "state" -> state(entry.value(), groups, file, pickle, copy);
                  case "param_groups" -> groups(entry.value(), groups, copy);
                  default -> null;
                });
    Dict whole =
        copied(
            like.wrapped() ? like.whole() : Constant.NONE,
            copy,
            entry ->
                switch (entry.name()) {
                  case "optimizer" -> plain;
                  case OptimizerState.MASTERS -> masters(groups, file, pickle);
                  default -> null;
                });
    var list = new Sequence();
    list.items().add(like.wrapped() ? whole : plain);
    return list;
  }

  /** A dict, some of whose values are others. */
  private static Dict copied(
      PickleValue dict, PickleCopy copy, Function<Entry, PickleValue> others) {
    var copied = new Dict();
    for (Entry entry : NestedState.entries(dict)) {
      PickleValue other = others.apply(entry);
      copied.put(entry.key(), other == null ? copy.copy(entry.value()) : other);
    }
    return copied;
  }

  private Dict state(
      PickleValue source,
      List<List<String>> groups,
      TargetFile file,
      TrainingPickle pickle,
      PickleCopy copy) {
    var state = new Dict();
    for (Entry entry : NestedState.entries(source)) {
      if (!(entry.key() instanceof Int)) {
        state.put(entry.key(), copy.copy(entry.value()));
      }
    }
    long index = 0;
    for (List<String> group : groups) {
      for (String name : group) {
        long number = index++;
        made.map(training -> moments(training, name, file, pickle))
            .or(() -> kept(name, file).map(k -> fields(k, name, file, pickle)))
            .ifPresent(fields -> state.put(Int.of(number), fields));
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
    var rules = plan.source().table().rules();
    return rules.stream()
        .flatMap(
            rule ->
                names(rule)
                    .filter(name::endsWith)
                    .map(copy -> name.substring(0, name.length() - copy.length()))
                    .flatMap(
                        prefix ->
                            rules.stream()
                                .filter(other -> other.canonical().equals(rule.canonical()))
                                .map(other -> kept.get(prefix + other.pattern()))))
        .filter(java.util.Objects::nonNull)
        .findFirst();
  }

  /** The names under which a row's parameter is there again. */
  private static Stream<String> names(ParameterRule rule) {
    var copies = rule.traits().tiedCopies().stream();
    return rule.traits().has(Flag.COPY) ? Stream.concat(Stream.of(rule.pattern()), copies) : copies;
  }

  private Dict moments(NewTraining training, String name, TargetFile file, TrainingPickle pickle) {
    var fields = new Dict();
    training.steps().ifPresent(step -> fields.put(new Text("step"), pickle.number(step)));
    for (String kind : NewTraining.ADAM) {
      fields.put(new Text(kind), pickle.tensor(kept(kind, name, file)));
    }
    return fields;
  }

  private TargetTensor kept(String kind, String name, TargetFile file) {
    TargetTensor kept = file.tensors().get(Companions.name(kind, name));
    if (kept == null) {
      throw ParameterGroups.unwritten(
          plan.source().source(), "'" + name + "' has no " + kind + ", as others have");
    }
    return kept;
  }

  private Dict fields(Kept kept, String name, TargetFile file, TrainingPickle pickle) {
    return copied(
        kept.fields(),
        pickle.carried().from(kept.optimizer().file()),
        entry -> {
          TargetTensor companion = file.tensors().get(Companions.name(entry.name(), name));
          return companion == null ? null : pickle.tensor(companion);
        });
  }

  private static Sequence groups(PickleValue source, List<List<String>> groups, PickleCopy copy) {
    var list = new Sequence();
    long index = 0;
    var dicts = ((Sequence) source).items();
    for (int group = 0; group < dicts.size(); group++) {
      var params = new Sequence();
      for (int i = 0; i < groups.get(group).size(); i++) {
        params.items().add(Int.of(index++));
      }
      list.items()
          .add(
              copied(
                  dicts.get(group), copy, entry -> entry.name().equals("params") ? params : null));
    }
    return list;
  }

  private Sequence masters(List<List<String>> groups, TargetFile file, TrainingPickle pickle) {
    var all = new Sequence();
    for (List<String> group : groups) {
      var list = new Sequence();
      for (String name : group) {
        list.items().add(pickle.tensor(kept(Companions.MASTER, name, file)));
      }
      all.items().add(list);
    }
    return all;
  }
}

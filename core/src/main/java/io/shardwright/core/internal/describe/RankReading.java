package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.Replica.Kind;
import io.shardwright.core.internal.describe.RuleMatcher.Match;
import io.shardwright.core.internal.describe.SourceFiles.Again;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.LayerStack.Stages;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.LongStream;

/** Reads and matches the tensors of rank files, all ranks of a stage together. */
final class RankReading {
  private final Describer describer;
  private final List<Found> names = new ArrayList<>();

  /** Known once every name has a rule: of another family's configuration nothing is read. */
  private StageLayers stages;

  private RankNames ranks;

  RankReading(Describer describer) {
    this.describer = describer;
  }

  /** A name that the files of a stage hold. */
  private record Found(String name, int stage, List<RankFile> group, TensorSpec spec) {
    Found(String name, int stage, List<RankFile> group) {
      this(name, stage, group, group.get(0).tensors().get(name).spec());
    }

    /** What the file calls it. */
    String stored() {
      return spec.name();
    }

    /** The same on the ranks of a block of experts. */
    Found of(int expertRank) {
      var own = group.stream().filter(file -> file.rank().expert() == expertRank).toList();
      return new Found(name, stage, own);
    }
  }

  List<ModuleState> read(Assembly assembly) {
    for (int stage = 0; stage < describer.grid.pipeline(); stage++) {
      var group = group(stage);
      for (String name : group.get(0).parameters()) {
        names.add(new Found(name, stage, group));
      }
    }
    names.forEach(found -> describer.requireKnown(found.name(), found.stored()));
    stages = describer.stages();
    ranks = new RankNames(describer, stages);
    for (int stage = 0; stage < describer.grid.pipeline(); stage++) {
      ranks.requireSame(group(stage));
    }
    requireLayers();
    names.forEach(found -> add(found, assembly));
    describer.files.again().forEach(again -> read(again, assembly));
    return states();
  }

  private void read(Again again, Assembly assembly) {
    for (String name : again.file().parameters()) {
      for (MatchedTensor matched : again(new Found(name, 0, List.of(again.file())))) {
        boolean tied = matched.kind() == Kind.TIED && !describer.untied();
        assembly.add(tied ? matched : matched.of(again.kind()), ranks.where(again.file()));
      }
    }
  }

  /** The set that is read has the configuration's sizes, and another set has its own. */
  private List<MatchedTensor> again(Found found) {
    try {
      return matched(found);
    } catch (MalformedCheckpointException misfit) {
      if (misfit.code() != ErrorCode.CONFIG_CONTRADICTED) {
        throw misfit;
      }
      RankFile file = found.group().get(0);
      var spec = file.tensors().get(found.name()).spec();
      throw new MalformedCheckpointException(
          ErrorCode.SOURCES_DISAGREE,
          ranks.where(file),
          "'"
              + spec.name()
              + "' is "
              + spec.dtype().torchName()
              + " "
              + spec.shape()
              + ", of another shape than in the set of weights that is used");
    }
  }

  private List<RankFile> group(int stage) {
    int each = describer.files.ranks().size() / describer.grid.pipeline();
    return describer.files.ranks().subList(stage * each, (stage + 1) * each);
  }

  private List<ModuleState> states() {
    var states = new ArrayList<ModuleState>();
    for (RankFile file : describer.files.ranks()) {
      file.states()
          .forEach(
              (name, content) ->
                  states.add(new ModuleState(global(name, file), file.rank(), content)));
    }
    return states;
  }

  /** The rule of a name, with its layer as it is numbered in another name for it. */
  private Match rule(String name, String numbered, String stored) {
    return describer
        .second(name)
        .map(rule -> new Match(rule, List.of()))
        .orElseGet(() -> describer.match(numbered, stored));
  }

  /** Every stage has its share of the layers, by which they are numbered in the whole model. */
  private void requireLayers() {
    boolean every =
        describer.table.rules().stream()
            .anyMatch(rule -> rule.perLayer() && !rule.traits().mayBeAbsent());
    if (stages.stages() == 1 || describer.files.numbered() || !every) {
      return;
    }
    stages.stacks().forEach(this::requireLayers);
  }

  private void requireLayers(StackStages stack) {
    var layers = new long[stages.stages()];
    for (Found tensor : names) {
      stages
          .place(tensor.name())
          .filter(place -> place.stack() == stack)
          .ifPresent(
              place ->
                  layers[tensor.stage()] = Math.max(layers[tensor.stage()], place.layer() + 1L));
    }
    if (!stack.isHeldAs(layers)) {
      boolean one = stages.stacks().size() == 1;
      throw new MalformedCheckpointException(
          ErrorCode.CONFIG_CONTRADICTED,
          describer.source,
          "its "
              + stages.stages()
              + " pipeline stages hold "
              + Arrays.toString(layers)
              + " layers"
              + (one ? ": " : " of " + stack.stack().name() + ": ")
              + describer.config.saying(stack.keys(describer.config))
              + split(stack.stack(), layers));
    }
  }

  /** Where a second stack begins in the files, unless the configuration says the same. */
  private String split(LayerStack stack, long[] layers) {
    String key = stack.splitKey();
    int from =
        (int)
            LongStream.of(layers)
                .takeWhile(count -> count > 0 == (stack.stages() == Stages.BEFORE))
                .count();
    boolean other = !key.isEmpty() && describer.config.count(key, 0).orElse(0) != from;
    boolean known = 0 < from && from < layers.length;
    return other && known
        ? "; the files' second stack begins on stage " + from + ": set " + key + " to it"
        : "";
  }

  private String global(String name, RankFile file) {
    String layered = ranks.global(name, file.rank().pipeline());
    return describer.files.numbered()
        ? name
        : describer.experts.global(layered, file.rank().expert());
  }

  private void add(Found found, Assembly assembly) {
    matched(found).forEach(tensor -> assembly.add(tensor, ranks.where(found.group().get(0))));
  }

  /** One tensor; of experts one each. */
  private List<MatchedTensor> matched(Found found) {
    Match match = rule(found.name(), ranks.global(found.name(), found.stage()), found.stored());
    ParameterRule rule = match.rule();
    found.group().forEach(file -> requireSameSpec(rule, found.name(), found.group().get(0), file));
    if (!ExpertBlocks.isExpert(rule)) {
      return List.of(matched(found, match, HeldPart.WHOLE));
    }
    var matched = new ArrayList<MatchedTensor>();
    for (int rank = 0; rank < describer.grid.expert(); rank++) {
      Found own = found.of(rank);
      for (HeldPart part : HeldPart.experts(describer, match, found.spec())) {
        var indexes = describer.experts.global(rule, part.indexes(), rank);
        matched.add(matched(own, new Match(rule, indexes), part));
      }
    }
    return matched;
  }

  /**
   * What the files of a group have of one logical tensor.
   *
   * @param held what of their tensor it is
   */
  private MatchedTensor matched(Found found, Match match, HeldPart held) {
    String name = found.name();
    var group = found.group();
    var spec = found.spec();
    String prefix = describer.prefix(name);
    boolean cut = match.rule().partitionDim() >= 0 && group.size() > 1;
    int over = cut ? describer.grid.over(match.rule()) : 1;
    Shape shard = held.shape(spec.shape());
    var shared = describer.form(match, spec.name(), shard, over, ranks.where(group.get(0)));
    var form = shared.form();
    var parts = new ArrayList<SourcePart>();
    var replicas = new ArrayList<SourcePart>();
    var seen = new HashSet<Integer>();
    for (RankFile file : group) {
      int rank = form.replicated() ? 0 : file.rank().tensor() % over;
      var tensor = file.tensors().get(name);
      boolean first = parts.isEmpty();
      boolean again = !seen.add(rank);
      for (View view : held.views(shared, rank, over, tensor)) {
        (again || !first && form.repeated(view) ? replicas : parts)
            .add(new SourcePart(file.member(), tensor, view));
      }
    }
    String whole = prefix + LogicalTensor.name(match.rule().pattern(), match.indexes());
    String one = whole.equals(spec.name()) ? spec.name() : whole;
    var logical = new TensorSpec(one, spec.dtype(), shared.whole());
    var matched = new MatchedTensor(logical, prefix, match, form, parts, replicas, Kind.RANK);
    return matched.orCopy(describer.second(name).isPresent() && describer.pairs());
  }

  private void requireSameSpec(ParameterRule rule, String name, RankFile first, RankFile file) {
    var expected = first.tensors().get(name).spec();
    var found = file.tensors().get(name).spec();
    boolean castable = LogicalTensor.castable(rule, expected.dtype(), found.dtype());
    if (!castable || !found.shape().equals(expected.shape())) {
      throw disagree(
          file,
          "'"
              + expected.name()
              + "' is "
              + found.dtype().torchName()
              + " "
              + found.shape()
              + ", expected "
              + expected.dtype().torchName()
              + " "
              + expected.shape()
              + " as in",
          first);
    }
  }

  private MalformedCheckpointException disagree(RankFile file, String how, RankFile first) {
    return new MalformedCheckpointException(
        ErrorCode.RANKS_DISAGREE,
        ranks.where(file),
        how + " " + first.member() + ": the files belong to different checkpoints");
  }
}

package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.LogicalTensor.Shard;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns rank files into logical tensors by a family's rules. */
public final class Describer {
  private static final List<String> PREFIXES = List.of("model.module.", "model.");

  private final String source;
  private final ModelFamilyAdapter family;
  private final ModelConfig config;
  private final ParallelSize size;
  private final List<RankFile> ranks;
  private final ParameterTable table;
  private final RuleMatcher rules;
  private final boolean replicateUnmatched;

  private Describer(
      String source,
      ModelFamilyAdapter family,
      ModelConfig config,
      ParallelSize size,
      List<RankFile> ranks,
      boolean replicateUnmatched) {
    this.source = source;
    this.family = family;
    this.config = config;
    this.size = size;
    this.ranks = ranks;
    this.replicateUnmatched = replicateUnmatched;
    this.table = family.parameters(config, family.naming(config)).inForce(config);
    this.rules = new RuleMatcher(family.id(), table);
  }

  /**
   * Describes a checkpoint.
   *
   * @param ranks one file per rank of the grid, stage by stage
   * @param replicateUnmatched whether a tensor that no rule matches counts as replicated
   * @throws MalformedCheckpointException if ranks disagree
   * @throws UnsupportedCheckpointException if no rule matches a tensor
   */
  public static ModelDescription describe(
      String source,
      ModelFamilyAdapter family,
      ModelConfig config,
      ParallelSize size,
      List<RankFile> ranks,
      boolean replicateUnmatched) {
    return new Describer(source, family, config, size, ranks, replicateUnmatched).describe();
  }

  private ModelDescription describe() {
    int layers = (int) Math.min(Integer.MAX_VALUE, config.integer("num_layers").orElse(0));
    var stages = new StageLayers(layers, size.pipeline());
    Map<String, LogicalTensor> tensors = new LinkedHashMap<>();
    for (int stage = 0; stage < size.pipeline(); stage++) {
      var group = ranks.subList(stage * size.tensor(), (stage + 1) * size.tensor());
      group.forEach(file -> requireSameNames(group.get(0), file));
      for (String name : group.get(0).tensors().keySet()) {
        tensors.merge(
            logicalName(name, stage, stages), logical(name, stage, stages, group), this::copies);
      }
    }
    var names = tensors.keySet().stream().map(Describer::withoutPrefix).collect(Collectors.toSet());
    Completeness.require(source, config, table, names);
    return new ModelDescription(
        source, family, config, size, ranks, List.copyOf(tensors.values()), layers);
  }

  /** The name in the whole model: a tied copy has that of the parameter it copies. */
  private String logicalName(String name, int stage, StageLayers stages) {
    String plain = withoutPrefix(name);
    String prefix = name.substring(0, name.length() - plain.length());
    return tied(plain)
        .map(rule -> prefix + rule.pattern())
        .orElseGet(() -> stages.global(name, stage));
  }

  private Optional<ParameterRule> tied(String plain) {
    boolean copy = size.pipeline() > 1;
    return table.rules().stream()
        .filter(rule -> copy && rule.tiedCopy().filter(plain::equals).isPresent())
        .findFirst();
  }

  /** Another stage's copy of a tensor that was found before. */
  private LogicalTensor copies(LogicalTensor first, LogicalTensor again) {
    boolean allowed =
        first.rule().stage() == ParameterRule.Stage.EVERY || first.rule().tiedCopy().isPresent();
    if (!allowed || !first.spec().equals(again.spec())) {
      throw disagree(
          again.shards().get(0).file(),
          "has '"
              + again.spec().name()
              + "' of shape "
              + again.spec().shape()
              + " although "
              + first.spec().shape()
              + " stands in",
          first.shards().get(0).file());
    }
    var shards = Stream.concat(first.shards().stream(), again.shards().stream()).toList();
    return new LogicalTensor(first.spec(), first.rule(), first.layer(), shards);
  }

  private void requireSameNames(RankFile first, RankFile other) {
    if (first.tensors().keySet().equals(other.tensors().keySet())) {
      return;
    }
    var only = new ArrayList<>(first.tensors().keySet());
    only.removeAll(other.tensors().keySet());
    var extra = new ArrayList<>(other.tensors().keySet());
    extra.removeAll(first.tensors().keySet());
    throw disagree(
        other, (only.isEmpty() ? "also has " : "lacks ") + (only.isEmpty() ? extra : only), first);
  }

  private LogicalTensor logical(String name, int stage, StageLayers stages, List<RankFile> group) {
    String logicalName = logicalName(name, stage, stages);
    var rule = rule(logicalName);
    var spec = group.get(0).tensors().get(name).spec();
    if (rule.partitionDim() >= spec.shape().rank()) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED,
          where(group.get(0)),
          "'"
              + name
              + "' has shape "
              + spec.shape()
              + " and is to be cut on axis "
              + rule.partitionDim());
    }
    for (RankFile file : group) {
      requireSameSpec(spec, group.get(0), file);
    }
    Shape whole = ShardCut.of(rule, size.tensor()).logical(spec.shape());
    var shards = group.stream().map(file -> new Shard(file, file.tensors().get(name))).toList();
    return new LogicalTensor(
        new TensorSpec(logicalName, spec.dtype(), whole),
        rule,
        StageLayers.layer(logicalName),
        shards);
  }

  private void requireSameSpec(TensorSpec expected, RankFile first, RankFile file) {
    var found = file.tensors().get(expected.name()).spec();
    if (!found.equals(expected)) {
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

  private ParameterRule rule(String name) {
    if (LogicalTensor.isExtraState(name)) {
      return ParameterRule.replicated(name);
    }
    return rules.match(withoutPrefix(name)).orElseGet(() -> unmatched(name));
  }

  private ParameterRule unmatched(String name) {
    if (replicateUnmatched) {
      return ParameterRule.replicated(name);
    }
    throw new UnsupportedCheckpointException(
        ErrorCode.TENSOR_UNMATCHED,
        source,
        "no rule of family '"
            + family.id()
            + "' matches tensor '"
            + name
            + "': check --family, or copy it to every rank with --unmatched replicate");
  }

  /** The name without what NeMo puts before a model's own parameter names. */
  static String withoutPrefix(String name) {
    return PREFIXES.stream()
        .filter(name::startsWith)
        .findFirst()
        .map(prefix -> name.substring(prefix.length()))
        .orElse(name);
  }

  private MalformedCheckpointException disagree(RankFile file, String how, RankFile first) {
    return new MalformedCheckpointException(
        ErrorCode.RANKS_DISAGREE,
        where(file),
        how + " " + first.member() + ": the files are not of one checkpoint");
  }

  private String where(RankFile file) {
    return source + "!" + file.member() + " (" + file.rank() + ")";
  }
}

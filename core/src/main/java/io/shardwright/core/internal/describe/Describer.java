package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.RuleMatcher.Match;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Turns what the files hold into logical tensors by a family's rules. */
public final class Describer {
  final String source;
  final ModelFamilyAdapter family;
  final ModelConfig config;
  final ParallelSize size;
  final SourceFiles files;
  final ParameterTable table;
  final RuleMatcher rules;
  private final Naming naming;
  private final boolean replicateUnmatched;

  private Describer(
      String source,
      ModelFamilyAdapter family,
      ModelConfig config,
      ParallelSize size,
      SourceFiles files,
      Optional<ParameterTable> names,
      boolean replicateUnmatched) {
    this.source = source;
    this.family = family;
    this.config = config;
    this.size = size;
    this.files = files;
    this.replicateUnmatched = replicateUnmatched;
    this.naming = names.isPresent() ? Naming.HUGGING_FACE : family.naming(config);
    this.table = names.orElseGet(() -> family.parameters(config, naming)).inForce(config);
    this.rules = new RuleMatcher(family.id(), table);
  }

  /**
   * Describes a checkpoint.
   *
   * @param names the parameters' names where they are not the family's own
   * @param replicateUnmatched whether a tensor that no rule matches counts as replicated
   * @throws MalformedCheckpointException if ranks disagree
   * @throws UnsupportedCheckpointException if no rule matches a tensor
   */
  public static ModelDescription describe(
      String source,
      ModelFamilyAdapter family,
      ModelConfig config,
      ParallelSize size,
      SourceFiles files,
      Optional<ParameterTable> names,
      boolean replicateUnmatched) {
    try {
      return new Describer(source, family, config, size, files, names, replicateUnmatched)
          .describe();
    } catch (ArithmeticException | IllegalArgumentException nonsense) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED,
          source,
          "its configuration has numbers that make no model of family '"
              + family.id()
              + "': "
              + nonsense.getMessage());
    }
  }

  private ModelDescription describe() {
    int layers = (int) Math.min(Integer.MAX_VALUE, config.integer("num_layers").orElse(0));
    var assembly = new Assembly(source, family.id());
    var objects =
        files.distributed()
            ? new ArrayReading(this).read(assembly)
            : new RankReading(this, new StageLayers(layers, size.pipeline())).read(assembly);
    var tensors = assembly.tensors();
    var held = tensors.stream().map(LogicalTensor::id).collect(Collectors.toSet());
    Completeness.require(source, config, table, held);
    return new ModelDescription(
        source, family, config, naming, table, size, files, tensors, objects, layers);
  }

  /** The rule of a parameter, given its name in the whole model. */
  Match match(String name) {
    if (LogicalTensor.isExtraState(name)) {
      return itself(name);
    }
    return rules.match(withoutPrefix(name)).orElseGet(() -> unmatched(name));
  }

  Match unmatched(String name) {
    if (replicateUnmatched) {
      return itself(name);
    }
    throw new UnsupportedCheckpointException(
        ErrorCode.TENSOR_UNMATCHED,
        source,
        "no rule of family '"
            + family.id()
            + "' matches tensor '"
            + name
            + "'"
            + Nearest.hint(withoutPrefix(name), table)
            + ": check --family, or copy it to every rank with --unmatched replicate");
  }

  private Match itself(String name) {
    String plain = withoutPrefix(name);
    var layer = StageLayers.layer(plain);
    return layer.isEmpty()
        ? new Match(ParameterRule.replicated(plain), List.of())
        : new Match(
            ParameterRule.replicated(StageLayers.pattern(plain)), List.of(layer.getAsInt()));
  }

  StoredForm form(Match match, String name, Shape shard, int ranks, String where) {
    try {
      if (match.rule().partitionDim() >= shard.rank()) {
        throw new IllegalArgumentException(
            "has shape " + shard + " and is to be cut on axis " + match.rule().partitionDim());
      }
      return StoredForm.found(match.rule(), config, shard, ranks);
    } catch (IllegalArgumentException misfit) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED, where, "'" + name + "' " + misfit.getMessage());
    }
  }

  /** What NeMo puts before a model's own parameter names. */
  String prefix(String name) {
    return naming == Naming.HUGGING_FACE ? "" : NamePrefix.of(name);
  }

  String withoutPrefix(String name) {
    return name.substring(prefix(name).length());
  }
}

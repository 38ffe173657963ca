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
  private final Wishes wishes;
  private final Optional<Tie> tie;
  private final Optional<String> untied;

  /**
   * What a user wants to be done otherwise.
   *
   * @param replicateUnmatched whether a tensor that no rule matches counts as replicated
   * @param untie whether a pair that the configuration ties is two tensors
   */
  public record Wishes(boolean replicateUnmatched, boolean untie) {
    /** Nothing. */
    public static final Wishes NONE = new Wishes(false, false);
  }

  private Describer(
      String source,
      ModelFamilyAdapter family,
      ModelConfig stated,
      ParallelSize size,
      SourceFiles files,
      Optional<ParameterTable> names,
      Wishes wishes) {
    this.source = source;
    this.family = family;
    this.size = size;
    this.files = files;
    this.wishes = wishes;
    this.naming = names.isPresent() ? Naming.HUGGING_FACE : family.naming(stated);
    ParameterTable all = names.orElseGet(() -> family.parameters(stated, naming));
    Naming own = names.isPresent() ? family.namings(stated).get(0) : naming;
    this.tie =
        Tie.of(all, family.parameters(stated, own), stated).filter(pair -> Tie.isTied(stated));
    this.untied =
        tie.filter(pair -> wishes.untie())
            .map(pair -> stated.text(Tie.KEY).orElse(stated.has(Tie.KEY) ? "null" : "absent"));
    this.config = untied.isPresent() ? Tie.untied(stated) : stated;
    this.table = all.inForce(config);
    this.rules = new RuleMatcher(family.id(), table);
  }

  /**
   * Describes a checkpoint.
   *
   * @param names the parameters' names where they are not the family's own
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
      Wishes wishes) {
    try {
      return new Describer(source, family, config, size, files, names, wishes).describe();
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
    new KeyMeaning(family, config, naming).requireReadable(source);
    int layers = (int) Math.min(Integer.MAX_VALUE, config.integer("num_layers").orElse(0));
    var assembly = new Assembly(source, family.id(), tie.filter(pair -> untied.isPresent()));
    var states =
        files.distributed()
            ? new ArrayReading(this).read(assembly)
            : new RankReading(this, new StageLayers(layers, size.pipeline())).read(assembly);
    var tensors = assembly.tensors();
    var held = tensors.stream().map(LogicalTensor::id).collect(Collectors.toSet());
    Completeness.require(source, config, table, held);
    return new ModelDescription(
        source, family, config, naming, table, size, files, tensors, states, layers, tie, untied);
  }

  /**
   * The row of a tensor that is the second of a tied pair, or the last stage's copy of the first.
   */
  Optional<ParameterRule> second(String name) {
    String plain = withoutPrefix(name);
    return tie.isPresent()
        ? tie.get().row(plain, table, untied.isEmpty())
        : table.rules().stream()
            .filter(rule -> size.pipeline() > 1)
            .filter(rule -> rule.traits().tiedCopy().filter(plain::equals).isPresent())
            .findFirst();
  }

  /** Whether a pair that the configuration ties is to be two tensors. */
  boolean untied() {
    return untied.isPresent();
  }

  /** Whether the family can have both of the pair. */
  boolean pairs() {
    return tie.isPresent();
  }

  /**
   * The rule of a parameter, given its name in the whole model.
   *
   * @param stored its name in the file, for messages
   */
  Match match(String name, String stored) {
    return rules.match(withoutPrefix(name)).orElseGet(() -> unmatched(name, stored));
  }

  Match unmatched(String name, String stored) {
    if (wishes.replicateUnmatched()) {
      return itself(name);
    }
    throw new UnsupportedCheckpointException(
        ErrorCode.TENSOR_UNMATCHED,
        source,
        "no rule of family '"
            + family.id()
            + "' matches tensor '"
            + stored
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

package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.RuleMatcher.Match;
import io.shardwright.core.internal.describe.StageLayers.Pipeline;
import io.shardwright.spi.Condition;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Describes a checkpoint: turns the tensors of its files into logical tensors by a family's rules.
 */
public final class Describer {
  final String source;
  final ModelFamilyAdapter family;
  final ModelConfig config;
  final Grid grid;
  final SourceFiles files;
  final ParameterTable table;
  final RuleMatcher rules;
  final ExpertBlocks experts;
  private final Naming naming;
  private final Wishes wishes;
  private final Optional<Tie> tie;
  private final Optional<String> untied;

  /** Of each row the last: those of all layers are alike. */
  private final Map<ParameterRule, FoundForm> forms = new IdentityHashMap<>();

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
      Grid grid,
      SourceFiles files,
      Optional<ParameterTable> names,
      Wishes wishes) {
    this.source = source;
    this.family = family;
    this.files = files;
    this.wishes = wishes;
    this.naming = names.isPresent() ? Naming.HUGGING_FACE : family.naming(stated);
    Naming own = names.isPresent() ? family.namings(stated).get(0) : naming;
    ParameterTable rows = family.parameters(stated, own);
    ParameterTable all = names.map(theirs -> theirs.sizedAs(rows.inForce(stated))).orElse(rows);
    this.tie = Tie.of(all, rows, stated).filter(pair -> Tie.isTied(stated));
    this.untied =
        tie.filter(pair -> wishes.untie())
            .map(pair -> stated.text(Tie.KEY).orElse(stated.has(Tie.KEY) ? "null" : "absent"));
    this.config = untied.isPresent() ? Tie.untied(stated) : stated;
    this.grid = grid.virtual(StageLayers.chunks(family.stacks(), config));
    this.table = inForce(all);
    this.rules = new RuleMatcher(family.id(), table, config);
    this.experts = new ExpertBlocks(table, config, grid.expert());
  }

  /** A configuration that can't be read is none of a family that has other names. */
  private ParameterTable inForce(ParameterTable whole) {
    try {
      return whole.in(files.layout()).inForce(config);
    } catch (MalformedCheckpointException odd) {
      var patterns = whole.rules().stream().map(ParameterRule::pattern).distinct().toList();
      files.tensors().stream()
          .map(tensor -> tensor.spec().name())
          .filter(name -> !Companions.isCompanion(name) && !ModuleState.isName(name))
          .filter(name -> patterns.stream().noneMatch(pattern -> isOf(pattern, name)))
          .filter(name -> !wishes.replicateUnmatched())
          .findFirst()
          .ifPresent(
              name -> {
                throw unknown(name, name, whole);
              });
      throw odd;
    }
  }

  private boolean isOf(String pattern, String name) {
    String plain = withoutPrefix(name);
    return files.distributed() && DistributedKey.of(pattern).equals(plain)
        || RuleMatcher.indexes(pattern, plain).isPresent();
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
      Grid grid,
      SourceFiles files,
      Optional<ParameterTable> names,
      Wishes wishes) {
    try {
      return new Describer(source, family, config, grid, files, names, wishes).describe();
    } catch (ArithmeticException | IllegalArgumentException nonsense) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED,
          source,
          "its configuration is inconsistent for family '"
              + family.id()
              + "': "
              + nonsense.getMessage());
    }
  }

  /**
   * Refuses shapes that a configuration contradicts.
   *
   * @param names of the tensors
   * @throws MalformedCheckpointException naming key and tensor
   */
  public static void requireShapes(
      String where,
      ModelFamilyAdapter family,
      ModelConfig config,
      ParameterTable names,
      List<TensorSpec> tensors) {
    var files = SourceFiles.ofRanks(List.of());
    var describer =
        new Describer(
            where, family, config, Grid.ONE, files, Optional.of(names), new Wishes(true, false));
    for (TensorSpec tensor : tensors) {
      Match match = describer.match(tensor.name(), tensor.name());
      var one = new HeldPart(List.of(), ExpertBlocks.stacked(match.rule()) ? 0 : -1);
      describer.form(match, tensor.name(), one.shape(tensor.shape()), 1, where);
    }
  }

  private ModelDescription describe() {
    new KeyMeaning(family, config, naming).requireReadable(source);
    new KeyRanges(config).require();
    var assembly = new Assembly(source, family.id(), table, tie.filter(pair -> untied.isPresent()));
    var states =
        files.distributed()
            ? new ArrayReading(this).read(assembly)
            : new RankReading(this).read(assembly);
    var tensors = assembly.tensors();
    new Completeness(source, family, config, table).require(tensors);
    if (naming != Naming.HUGGING_FACE) {
      VocabularyRows.require(source, config, grid, tensors);
    }
    return new ModelDescription(
        source, family, config, naming, table, grid, files, tensors, states, stages(), tie, untied,
        Map.of());
  }

  /** How its layers lie in rank files. */
  StageLayers stages() {
    var split = grid.pipeline() > 1 ? PipelineSplit.in(config) : PipelineSplit.EVEN;
    return StageLayers.of(family.stacks(), table, config, new Pipeline(grid.pipeline(), 1, split));
  }

  /**
   * The row of a tensor that is the second of a tied pair, or the last stage's copy of the first.
   */
  Optional<ParameterRule> second(String name) {
    String plain = withoutPrefix(name);
    return tie.isPresent()
        ? tie.get().row(plain, table, untied.isEmpty())
        : table.rules().stream()
            .filter(rule -> grid.pipeline() > 1)
            .filter(rule -> rule.traits().tiedCopies().contains(plain))
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

  /** Refuses a tensor that no layer has a rule for. */
  void requireKnown(String name, String stored) {
    if (second(name).isEmpty() && rules.matchAnyLayer(withoutPrefix(name)).isEmpty()) {
      unmatched(name, stored);
    }
  }

  Match unmatched(String name, String stored) {
    if (wishes.replicateUnmatched()) {
      return Match.itself(withoutPrefix(name));
    }
    throw unknown(name, stored, table);
  }

  private UnsupportedCheckpointException unknown(String name, String stored, ParameterTable known) {
    return new UnsupportedCheckpointException(
        ErrorCode.TENSOR_UNMATCHED,
        source,
        "no rule of family '"
            + family.id()
            + "' matches tensor '"
            + stored
            + "'"
            + Nearest.hint(withoutPrefix(name), known)
            + ": check "
            + Setting.FAMILY.inText()
            + ". If it is equal on every rank, "
            + Setting.REPLICATE_UNMATCHED.inText()
            + " copies it to each rank; don't use that for a tensor that ranks divide");
  }

  FoundForm form(Match match, String name, Shape shard, int ranks, String where) {
    var own = LogicalTensor.settings(match.rule(), match.indexes(), config);
    try {
      boolean plain = match.rule().arrangement().storedAxes().isEmpty();
      if (plain && match.rule().partitionDim() >= shard.rank()) {
        throw new IllegalArgumentException(
            "has shape " + shard + " and is to be cut on axis " + match.rule().partitionDim());
      }
      return forms.compute(match.rule(), (rule, last) -> form(rule, own, shard, ranks, last));
    } catch (SizeMisfit misfit) {
      throw new MalformedCheckpointException(
          ErrorCode.CONFIG_CONTRADICTED,
          where,
          "'" + name + "' " + misfit.getMessage() + saying(match.rule(), own, misfit.keys()));
    } catch (IllegalArgumentException misfit) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED, where, "'" + name + "' " + misfit.getMessage());
    }
  }

  private FoundForm form(
      ParameterRule rule, ModelConfig own, Shape shard, int ranks, FoundForm last) {
    return last != null && last.isOf(shard, ranks) && !rule.arrangement().perLayer()
        ? last
        : new FoundForm(shard, ranks, StoredForm.found(rule, own, shard, ranks));
  }

  /** What the configuration says of a row's sizes, and by which values the row is in force. */
  private static String saying(ParameterRule rule, ModelConfig config, List<String> keys) {
    var conditions =
        rule.conditions().stream()
            .map(Condition::key)
            .filter(key -> config.kind(key) != ModelConfig.Kind.NONE);
    String said = config.saying(Stream.concat(keys.stream(), conditions).distinct().toList());
    return (said.isEmpty() ? "" : ": " + said)
        + "; if the tensors are right, correct the configuration";
  }

  /** What NeMo puts before a model's own parameter names. */
  String prefix(String name) {
    return Companions.canonical(
        naming == Naming.HUGGING_FACE ? Companions.prefix(name) : NamePrefix.of(name));
  }

  String withoutPrefix(String name) {
    String prefix = naming == Naming.HUGGING_FACE ? Companions.prefix(name) : NamePrefix.of(name);
    return name.substring(prefix.length());
  }
}

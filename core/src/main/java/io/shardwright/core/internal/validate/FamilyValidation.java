package io.shardwright.core.internal.validate;

import io.shardwright.core.FamilyReport;
import io.shardwright.core.FamilyReport.Finding;
import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.describe.StageLayers.Pipeline;
import io.shardwright.core.internal.family.Declaration;
import io.shardwright.core.internal.family.FamilyGrammar;
import io.shardwright.core.internal.family.RowText;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.open.Families;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.open.Sources.Given;
import io.shardwright.core.internal.registry.FoundAdapter;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.Remedy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Checks a family file against a checkpoint. */
public final class FamilyValidation {
  private final Declaration declaration;

  private FamilyValidation(Declaration declaration) {
    this.declaration = declaration;
  }

  public static FamilyReport of(Path file, Path path, Sources sources) {
    return of(file, sources, (validation, own) -> validation.alone(path, own));
  }

  /** Checks it against the same model on two grids. */
  public static FamilyReport of(Path file, Path path, Path other, Sources sources) {
    return of(file, sources, (validation, own) -> validation.both(path, other, own));
  }

  private static FamilyReport of(
      Path file, Sources sources, BiFunction<FamilyValidation, Sources, FamilyReport> check) {
    Declaration read = FamilyGrammar.readDraft(file, new Guard(sources.policy()));
    var alone = sources.registry().alone(new FoundAdapter(read.family(), file.toString()));
    var own =
        new Sources(alone, sources.policy(), new Given(List.of(), List.of(file), Optional.empty()));
    return check.apply(new FamilyValidation(read.of(alone.adapters().get(0).adapter())), own);
  }

  private FamilyReport alone(Path path, Sources sources) {
    try (var source = open(path, sources)) {
      return report(held(source), List.of());
    }
  }

  private FamilyReport both(Path path, Path other, Sources sources) {
    try (var source = open(path, sources);
        var second = open(other, sources)) {
      Held held = held(source);
      Held twin = held(second);
      return new GridComparison(path, other, sources)
          .add(report(held, twin.names()), report(twin, held.names()));
    }
  }

  private static ModelSource open(Path path, Sources sources) {
    Path spool = Path.of(System.getProperty("java.io.tmpdir"));
    return sources.open(path, spool, TrainingOptions.NEWEST, false);
  }

  /** A checkpoint and the rows that it is held against: those of its class for a folder. */
  private record Held(
      ModelSource source,
      Optional<ParameterTable> classNames,
      Naming naming,
      Rows rows,
      List<StoredName> names) {}

  private Held held(ModelSource source) {
    var classNames = Families.names(source);
    ModelFamilyAdapter family = declaration.family();
    Naming used = classNames.isPresent() ? Naming.HUGGING_FACE : family.naming(source.config());
    var table = classNames.orElseGet(() -> family.parameters(source.config(), used));
    var rows = new Rows(word(used), table, declaration.lines(), source.config());
    return new Held(source, classNames, used, rows, names(source, used, family, table));
  }

  private FamilyReport report(Held held, List<StoredName> twins) {
    ModelFamilyAdapter family = declaration.family();
    var source = held.source();
    ModelConfig config = source.config();
    var findings = new ArrayList<Finding>();
    claim(family, config, held.classNames().isPresent(), declaration).ifPresent(findings::add);
    int stages = source.grid().pipeline();
    var explained =
        Explanation.of(
            held.names(),
            held.rows(),
            others(declaration, config, held.naming()),
            config,
            stages > 1);
    findings.addAll(explained.findings().stream().filter(Finding::problem).toList());
    if (findings.isEmpty()) {
      described(family, source, held.classNames()).ifPresent(findings::add);
    }
    var told = new Twins(held.names(), twins, config);
    explained.findings().stream()
        .filter(each -> !each.problem())
        .map(each -> told.confirm(each, held.rows()))
        .forEach(findings::add);
    var stacks = stacks(declaration.drafted() ? held.names() : List.of());
    var drafts =
        Drafting.of(
            explained.unmatched(), new Drafting.Model(source.config(), stages, told, stacks));
    return new FamilyReport(
        family.id(),
        findings.stream().noneMatch(Finding::problem),
        List.copyOf(findings),
        new DraftText(declaration, source.config(), held.rows().naming(), stacks).of(drafts));
  }

  private static List<StoredName> names(
      ModelSource source, Naming naming, ModelFamilyAdapter family, ParameterTable table) {
    var config = source.config();
    int stages = source.grid().pipeline();
    var split = stages > 1 ? PipelineSplit.in(config) : PipelineSplit.EVEN;
    var pipeline = new Pipeline(stages, 1, split);
    return StoredNames.of(
        source.sourceFiles(),
        source.grid(),
        StageLayers.of(family.stacks(), table, config, pipeline),
        naming != Naming.HUGGING_FACE);
  }

  private static StackNames stacks(List<StoredName> names) {
    return StackNames.of(
        names.stream().filter(name -> !name.keyed()).map(StoredName::name).toList());
  }

  private static String word(Naming naming) {
    return naming.name().toLowerCase(Locale.ROOT);
  }

  private static List<Rows> others(Declaration declaration, ModelConfig config, Naming used) {
    var others = new ArrayList<Rows>();
    for (Naming naming : List.of(Naming.MCORE, Naming.LEGACY)) {
      try {
        if (naming != used) {
          var table = declaration.family().parameters(config, naming);
          others.add(new Rows(word(naming), table, declaration.lines(), config));
        }
      } catch (IllegalArgumentException none) {
        continue;
      }
    }
    return others;
  }

  /** Why the family does not claim the checkpoint. */
  private static Optional<Finding> claim(
      ModelFamilyAdapter family, ModelConfig config, boolean folder, Declaration declaration) {
    Optional<String> target = config.text("target");
    boolean named =
        target
            .filter(name -> family.restoreClasses().contains(RestoreClass.nemo(name)))
            .isPresent();
    if (folder || named || target.isEmpty() && family.describes(config)) {
      return Optional.empty();
    }
    String why =
        target
            .map(name -> "'restores' does not name its target, " + RowText.scalar(name))
            .orElse("it names no target, and 'describes' does not hold for its configuration");
    return Optional.of(Kind.NOT_CLAIMED.finding(declaration.file(), 0, 0, why));
  }

  private static Optional<Finding> described(
      ModelFamilyAdapter family, ModelSource source, Optional<ParameterTable> classNames) {
    try {
      Describer.describe(
          source.name(),
          family,
          source.config(),
          source.grid(),
          source.sourceFiles(),
          classNames,
          Describer.Wishes.NONE);
      return Optional.empty();
    } catch (CheckpointException refusal) {
      return Optional.of(Kind.OTHER.finding(source.name(), 0, 0, refusal.message(Remedy::inText)));
    }
  }

  /** What a family file lacks, to paste into it; the whole file where it has nothing but a name. */
  private record DraftText(
      Declaration declaration, YamlDocument config, String naming, StackNames stacks) {
    private static final String INDENT = "      ";

    List<String> of(List<Drafting.DraftRow> rows) {
      if (rows.isEmpty()) {
        return List.of();
      }
      var lines = new ArrayList<String>();
      if (declaration.drafted()) {
        header(lines, rows);
      } else {
        lines.add("# rows for " + place());
      }
      rows.forEach(row -> lines.addAll(row.lines(INDENT)));
      return lines;
    }

    private String place() {
      return naming.equals("hugging_face") ? "the class under hugging_face" : "namings: " + naming;
    }

    /** The parts that a family must have besides rows; what the file says already stays. */
    private void header(List<String> lines, List<Drafting.DraftRow> rows) {
      ModelFamilyAdapter family = declaration.family();
      lines.add("family: " + family.id());
      lines.add("restores:");
      var classes =
          family.restoreClasses().isEmpty()
              ? List.of(config.text("target").orElse("name.its.Class"))
              : family.restoreClasses().stream().map(RestoreClass::name).toList();
      classes.forEach(name -> lines.add("  - " + RowText.scalar(name)));
      boolean experts = rows.stream().anyMatch(row -> row.rule().traits().experts().isPresent());
      lines.add("parallelism: " + parallelism(family, experts));
      lines.addAll(stacks.lines(config.leaves()));
      lines.add("namings:");
      lines.add("  " + (config.flag("mcore_gpt") ? "mcore" : "legacy") + ":");
      lines.add("    rows:");
    }

    private static String parallelism(ModelFamilyAdapter family, boolean experts) {
      var dimensions =
          family.parallelism().dimensions().stream()
              .map(dimension -> dimension.name().toLowerCase(Locale.ROOT))
              .sorted()
              .toList();
      return dimensions.isEmpty()
          ? "[tensor, pipeline" + (experts ? ", expert" : "") + "]  # guess"
          : dimensions.toString();
    }
  }

  /** What a finding is about. */
  enum Kind {
    /** The family does not claim the checkpoint. */
    NOT_CLAIMED,
    /** A tensor that no row in force is. */
    UNMATCHED,
    /** A tensor that several rows are. */
    AMBIGUOUS,
    /** A shape that its row forbids. */
    SHAPE,
    /** A row in force that no tensor is. */
    UNUSED,
    /** Something else that keeps the family from describing the checkpoint. */
    OTHER,
    /** A row that is optional and that no tensor is. */
    ABSENT,
    /** A row whose conditions do not hold. */
    NOT_IN_FORCE,
    /** A row that may cut through a head. */
    HEADS,
    /** A row that is a guess. */
    GUESS,
    /** A tensor in which two grids of one model differ. */
    GRIDS;

    /** Kinds that keep no family from fitting. */
    private static final Set<Kind> FACTS = EnumSet.of(ABSENT, NOT_IN_FORCE, HEADS, GUESS);

    Finding finding(String subject, int tensors, int line, String text) {
      boolean problem = !FACTS.contains(this);
      return new Finding(word(), subject, tensors, line, problem, text);
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}

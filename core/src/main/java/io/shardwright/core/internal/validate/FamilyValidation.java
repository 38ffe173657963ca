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

/** Checks a family file against a checkpoint. */
public final class FamilyValidation {
  private FamilyValidation() {}

  public static FamilyReport of(Path file, Path path, Sources sources) {
    Declaration read = FamilyGrammar.readDraft(file, new Guard(sources.policy()));
    var alone = sources.registry().alone(new FoundAdapter(read.family(), file.toString()));
    var declaration = read.of(alone.adapters().get(0).adapter());
    Path spool = Path.of(System.getProperty("java.io.tmpdir"));
    try (var source =
        new Sources(alone, sources.policy(), List.of(file))
            .open(path, spool, TrainingOptions.NEWEST, false)) {
      return of(declaration, source, Families.names(source));
    }
  }

  /** Whose {@code classNames} are the rows of the class that a folder is of. */
  private static FamilyReport of(
      Declaration declaration, ModelSource source, Optional<ParameterTable> classNames) {
    ModelFamilyAdapter family = declaration.family();
    ModelConfig config = source.config();
    var findings = new ArrayList<Finding>();
    claim(family, config, classNames.isPresent(), declaration).ifPresent(findings::add);
    Naming used = classNames.isPresent() ? Naming.HUGGING_FACE : family.naming(config);
    var table = classNames.orElseGet(() -> family.parameters(config, used));
    var rows = new Rows(word(used), table, declaration.lines(), config);
    int stages = source.grid().pipeline();
    var names = names(source, used, family, table);
    var explained =
        Explanation.of(names, rows, others(declaration, config, used), config, stages > 1);
    findings.addAll(explained.findings().stream().filter(Finding::problem).toList());
    if (findings.isEmpty()) {
      described(family, source, classNames).ifPresent(findings::add);
    }
    findings.addAll(explained.findings().stream().filter(each -> !each.problem()).toList());
    var drafts = Drafting.of(explained.unmatched(), source.config(), stages);
    return new FamilyReport(
        family.id(),
        findings.stream().noneMatch(Finding::problem),
        List.copyOf(findings),
        new DraftText(declaration, source.config(), rows.naming(), stacks(names)).of(drafts));
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
        header(lines);
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
    private void header(List<String> lines) {
      ModelFamilyAdapter family = declaration.family();
      lines.add("family: " + family.id());
      lines.add("restores:");
      var classes =
          family.restoreClasses().isEmpty()
              ? List.of(config.text("target").orElse("name.its.Class"))
              : family.restoreClasses().stream().map(RestoreClass::name).toList();
      classes.forEach(name -> lines.add("  - " + RowText.scalar(name)));
      lines.add("parallelism: " + parallelism(family));
      lines.addAll(stacks.lines(config.leaves()));
      lines.add("namings:");
      lines.add("  " + (config.flag("mcore_gpt") ? "mcore" : "legacy") + ":");
      lines.add("    rows:");
    }

    private static String parallelism(ModelFamilyAdapter family) {
      var dimensions =
          family.parallelism().dimensions().stream()
              .map(dimension -> dimension.name().toLowerCase(Locale.ROOT))
              .sorted()
              .toList();
      return dimensions.isEmpty() ? "[tensor, pipeline]  # guess" : dimensions.toString();
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
    GUESS;

    /** Kinds that keep no family from fitting. */
    private static final Set<Kind> FACTS = EnumSet.of(ABSENT, NOT_IN_FORCE, HEADS, GUESS);

    Finding finding(String subject, int tensors, int line, String text) {
      boolean problem = !FACTS.contains(this);
      return new Finding(name().toLowerCase(Locale.ROOT), subject, tensors, line, problem, text);
    }
  }
}

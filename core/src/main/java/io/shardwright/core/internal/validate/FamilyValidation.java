package io.shardwright.core.internal.validate;

import io.shardwright.core.FamilyReport;
import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.family.Declaration;
import io.shardwright.core.internal.family.FamilyGrammar;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.open.Families;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.registry.FoundAdapter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

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
      var validation = Validation.of(declaration, source, Families.names(source));
      return new FamilyReport(
          declaration.family().id(),
          validation.findings().stream().noneMatch(Validation.Finding::problem),
          validation.findings().stream().map(FamilyValidation::finding).toList(),
          validation.draft());
    }
  }

  private static FamilyReport.Finding finding(Validation.Finding found) {
    return new FamilyReport.Finding(
        found.kind().name().toLowerCase(Locale.ROOT),
        found.subject(),
        found.tensors(),
        found.line(),
        found.problem(),
        found.text());
  }
}

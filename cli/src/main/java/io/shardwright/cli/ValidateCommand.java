package io.shardwright.cli;

import io.shardwright.core.FamilyReport;
import io.shardwright.core.FamilyReport.Finding;
import io.shardwright.core.outline.SafeText;
import io.shardwright.spi.error.ErrorCode;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Whether a family fits a checkpoint, and what is missing. */
@Command(
    name = "validate",
    addMethodSubcommands = false,
    description = {
      "Check a family declared in YAML against a checkpoint.",
      "Explains every tensor name that no row matches and drafts the missing rows: guesses, to be"
          + " checked before use."
    },
    footer = "shardwright families validate bert.yaml bert.nemo")
final class ValidateCommand extends ScreenCommand {
  @Parameters(
      index = "0",
      paramLabel = "FILE.yaml",
      description = "The family file; with 'family: ID' alone, all rows are drafted.")
  private Path file;

  @Parameters(index = "1", paramLabel = "SRC", description = "A checkpoint.")
  private Path source;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "SRC2",
      description = "The same model at another tensor parallel size; settles every axis.")
  private Path other;

  @Override
  public Integer call() {
    FamilyReport report =
        other == null
            ? shardwright().validateFamily(file, source)
            : shardwright().validateFamily(file, source, other);
    if (common().json()) {
      screen().print(Json.object(fields(report)));
    } else {
      print(report);
    }
    return report.fits() ? ExitCode.DONE : ExitCode.of(ErrorCode.TENSOR_UNMATCHED);
  }

  /** Everything but the draft is a comment, so that the whole is a family file. */
  private void print(FamilyReport report) {
    comment(
        Screen.safe(file.toString())
            + ": family '"
            + report.family()
            + (report.fits() ? "' fits " : "' does not fit ")
            + Screen.safe(source.toString()));
    report.findings().stream()
        .filter(found -> found.problem() || !common().quiet())
        .forEach(this::print);
    report.draft().forEach(line -> screen().print(Screen.safe(line)));
  }

  private void print(Finding found) {
    String many = found.tensors() < 2 ? "" : " (" + found.tensors() + " tensors)";
    String line = found.line() == 0 ? "" : " (line " + found.line() + ")";
    comment(
        found.kind()
            + " "
            + Screen.safe(found.subject())
            + many
            + line
            + ": "
            + SafeText.of(found.text(flags())).replace("\n", "\n#   "));
  }

  private void comment(String text) {
    screen().print("# " + text);
  }

  private Map<String, Object> fields(FamilyReport report) {
    return Fields.of("file", file)
        .and("source", source)
        .and("family", report.family())
        .and("fits", report.fits())
        .and("findings", report.findings().stream().map(this::fields).toList())
        .and("draft", report.draft())
        .map();
  }

  private Map<String, Object> fields(Finding found) {
    return Fields.of("kind", found.kind())
        .and("subject", found.subject())
        .and("tensors", found.tensors())
        .and("line", found.line())
        .and("problem", found.problem())
        .and("text", found.text(flags()))
        .map();
  }
}

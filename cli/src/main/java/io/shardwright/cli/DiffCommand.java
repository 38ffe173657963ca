package io.shardwright.cli;

import io.shardwright.core.Comparison;
import io.shardwright.core.RunOptions;
import io.shardwright.core.report.ComparisonPage;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** In what two checkpoints differ. */
@Command(
    name = "diff",
    addMethodSubcommands = false,
    description = {
      "Compare the tensors of two checkpoints.",
      "Formats, layouts and namings may differ.",
      "Exit code 1 if tensors differ. Differences in configuration and artifacts are listed, but do"
          + " not change the exit code."
    },
    footer = "shardwright diff model.nemo model-hf/")
final class DiffCommand extends ScreenCommand {
  @Parameters(index = "0", paramLabel = "A", description = "A checkpoint.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B", description = "Another.")
  private Path second;

  @Mixin private PageOptions page = new PageOptions();

  @Override
  public Integer call() {
    page.require(List.of(first, second));
    RunOptions options = options(RunOptions.DEFAULT);
    Comparison found = shardwright().diff(first, second, options, progress());
    var view = new DiffView(found);
    if (common().json()) {
      screen().print(Json.object(view.fields(first, second, flags()).map()));
    } else {
      view.lines().forEach(screen()::print);
    }
    if (page.wanted()) {
      var made =
          ComparisonPage.of(found, PageOptions.name(first), PageOptions.name(second))
              .madeBy(page.words(), ShardwrightCommand.Version.text())
              .saying(flags());
      page.write(made, List.of(first, second));
    }
    notes(found.notes(flags()));
    return found.same() ? ExitCode.DONE : ExitCode.DIFFERENT;
  }
}

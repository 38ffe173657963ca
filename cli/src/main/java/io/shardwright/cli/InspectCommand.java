package io.shardwright.cli;

import io.shardwright.core.Checkpoint;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a checkpoint is. */
@Command(
    name = "inspect",
    description = "Say what a checkpoint is. Reads headers only; extracts and executes nothing.")
final class InspectCommand extends ScreenCommand {
  @Parameters(paramLabel = "SRC", description = "A .nemo file or a folder.")
  private Path source;

  @Option(names = "--tensors", description = "List every stored tensor.")
  private boolean tensors;

  @Option(names = "--pickle", description = "List the Python names that its pickles mention.")
  private boolean pickle;

  @Override
  public Integer call() {
    try (Checkpoint checkpoint = shardwright().open(source)) {
      var view = new CheckpointView(checkpoint.summary());
      var json = view.fields();
      if (tensors) {
        json.and("tensor_table", view.tensorFields(checkpoint.tensors()));
      }
      if (pickle) {
        json.and("pickle_imports", view.importFields(checkpoint.pickleImports()));
      }
      if (common().json()) {
        screen().print(Json.object(json.map()));
      } else {
        view.lines().forEach(screen()::print);
        if (tensors) {
          view.tensorLines(checkpoint.tensors()).forEach(screen()::print);
        }
        if (pickle) {
          view.importLines(checkpoint.pickleImports()).forEach(screen()::print);
        }
      }
      screen().notes(checkpoint.summary().notes(), common().quiet());
      return ExitCode.DONE;
    }
  }
}

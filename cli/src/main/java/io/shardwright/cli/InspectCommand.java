package io.shardwright.cli;

import io.shardwright.core.Checkpoint;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a checkpoint is. */
@Command(
    name = "inspect",
    addMethodSubcommands = false,
    description = {
      "Describe a checkpoint.",
      "Reads headers only; extracts nothing and executes nothing."
    },
    footer = "shardwright inspect model.nemo --tensors")
final class InspectCommand extends ScreenCommand {
  @Parameters(paramLabel = "SRC", description = "A checkpoint: a file or a folder.")
  private Path source;

  @Option(names = "--tensors", description = "List every stored tensor.")
  private boolean tensors;

  @Option(names = "--pickle", description = "List the Python names in its pickles.")
  private boolean pickle;

  @Option(names = "--logical", description = "List whole tensors, with shard shapes and cuts.")
  private boolean logical;

  @Override
  public Integer call() {
    try (Checkpoint checkpoint = shardwright().open(source)) {
      if (common().json()) {
        screen().print(Json.object(fields(checkpoint).map()));
      } else {
        text(checkpoint).lines().forEach(screen()::print);
      }
      var summary = checkpoint.summary();
      notes(CheckpointText.unreadable(summary));
      notes(summary.notes(flags()));
      return ExitCode.DONE;
    }
  }

  private Fields fields(Checkpoint checkpoint) {
    var view = new CheckpointFields(checkpoint, flags());
    var json = view.all();
    if (tensors) {
      json.and("tensor_table", view.tensors());
    }
    if (logical) {
      json.and("logical_tensors", view.logical());
    }
    if (pickle) {
      json.and("pickle_imports", view.imports());
    }
    return json;
  }

  private CheckpointText text(Checkpoint checkpoint) {
    var view = new CheckpointText(checkpoint, style()).facts();
    if (tensors) {
      view.tensors();
    }
    if (logical) {
      view.logical();
    }
    if (pickle) {
      view.imports();
    }
    return view;
  }
}

package io.shardwright.cli;

import io.shardwright.Shardwright;
import io.shardwright.core.Checkpoint;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.Detail;
import io.shardwright.core.report.CheckpointPage;
import io.shardwright.core.report.FleetPage;
import io.shardwright.spi.error.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What checkpoints are. */
@Command(
    name = "inspect",
    addMethodSubcommands = false,
    description = {
      "Describe a checkpoint, or several.",
      "Reads headers only, with --values everything; extracts nothing and executes nothing."
    },
    footer = "shardwright inspect model.nemo --tensors")
final class InspectCommand extends ScreenCommand {
  @Parameters(paramLabel = "SRC", arity = "1..*", description = "A checkpoint: a file or a folder.")
  private List<Path> sources;

  @Option(names = "--tensors", description = "List every stored tensor.")
  private boolean tensors;

  @Option(names = "--pickle", description = "List the Python names in its pickles.")
  private boolean pickle;

  @Option(names = "--logical", description = "List whole tensors, with shard shapes and cuts.")
  private boolean logical;

  @Option(
      names = "--values",
      description = {
        "Read all values and show their distribution.",
        "Smallest, largest, mean, standard deviation, NaN and infinities of every stored tensor."
      })
  private boolean values;

  @Mixin private PageOptions page = new PageOptions();

  @Override
  public Integer call() {
    page.require(sources);
    return sources.size() == 1 ? one(sources.get(0)) : new Fleet().inspect();
  }

  private int one(Path source) {
    Optional<Verification> found = values(shardwright(), source);
    try (Checkpoint checkpoint = shardwright().open(source)) {
      if (common().json()) {
        screen().print(Json.object(fields(checkpoint, found).map()));
      } else {
        print(checkpoint, found);
      }
      if (page.wanted()) {
        page.write(page(checkpoint, found), sources);
      }
      notes(checkpoint);
      return ExitCode.DONE;
    }
  }

  private Optional<Verification> values(Shardwright shardwright, Path source) {
    var details = EnumSet.of(Detail.VALUES, Detail.STATISTICS);
    return values ? Optional.of(shardwright.verify(source, details, progress())) : Optional.empty();
  }

  private void notes(Checkpoint checkpoint) {
    var summary = checkpoint.summary();
    notes(CheckpointText.unreadable(summary));
    notes(summary.notes(flags()));
  }

  private CheckpointPage page(Checkpoint checkpoint, Optional<Verification> found) {
    var made =
        CheckpointPage.of(checkpoint)
            .madeBy(page.words(), ShardwrightCommand.Version.text())
            .saying(flags());
    return found.map(made::values).orElse(made);
  }

  private Fields fields(Checkpoint checkpoint, Optional<Verification> found) {
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
    found.ifPresent(known -> json.and("value_statistics", ValueView.fields(known)));
    return json;
  }

  private void print(Checkpoint checkpoint, Optional<Verification> found) {
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
    view.lines().forEach(screen()::print);
    found.ifPresent(known -> ValueView.lines(known).forEach(screen()::print));
  }

  /** Several checkpoints: one that can't be read does not hide the others. */
  private final class Fleet {
    private final List<Map<String, Object>> found = new ArrayList<>();
    private FleetPage shown = FleetPage.EMPTY;
    private int code = ExitCode.DONE;

    int inspect() {
      var shardwright = shardwright();
      for (Path source : sources) {
        try {
          inspect(shardwright, source);
        } catch (CheckpointException refusal) {
          refused(source, refusal);
        }
      }
      if (common().json()) {
        screen().print(Json.object(Fields.of("checkpoints", found).map()));
      }
      if (page.wanted()) {
        page.write(shown.madeBy(page.words(), ShardwrightCommand.Version.text()), sources);
      }
      return code;
    }

    private void inspect(Shardwright shardwright, Path source) {
      Optional<Verification> measured = values(shardwright, source);
      try (Checkpoint checkpoint = shardwright.open(source)) {
        shown = shown.and(PageOptions.name(source), checkpoint);
        if (common().json()) {
          found.add(fields(checkpoint, measured).map());
        } else {
          print(checkpoint, measured);
          screen().print("");
        }
        notes(checkpoint);
      }
    }

    /** The first refusal gives the exit code. */
    private void refused(Path source, CheckpointException refusal) {
      String message = flags().message(refusal);
      shown = shown.andRefused(PageOptions.name(source), message);
      found.add(
          Fields.of("path", source).and("error", Failures.fields(refusal, flags()).map()).map());
      screen().err().println(style().bad("error:") + " " + Screen.lines(message));
      code = code == ExitCode.DONE ? ExitCode.of(refusal.code()) : code;
    }
  }
}

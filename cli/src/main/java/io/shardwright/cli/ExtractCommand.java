package io.shardwright.cli;

import io.shardwright.core.ExtractOptions;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies files out of a checkpoint. */
@Command(
    name = "extract",
    addMethodSubcommands = false,
    description = "Copy configuration and artifacts (tokenizers) to a folder.",
    footer = "shardwright extract model.nemo files/")
final class ExtractCommand extends ScreenCommand {
  @Parameters(index = "0", paramLabel = "SRC", description = "A checkpoint.")
  private Path source;

  @Parameters(index = "1", paramLabel = "DIR", description = "A new folder.")
  private Path target;

  @ArgGroup private Parts parts = new Parts();

  @Option(names = "--overwrite", description = "Replace an existing folder.")
  private boolean overwrite;

  @Option(names = "--mkdirs", description = "Create missing parent folders of DIR.")
  private boolean mkdirs;

  /** One of them at most. */
  private static final class Parts {
    @Option(names = "--config", description = "Only the configuration.")
    private boolean config;

    @Option(names = "--artifacts", description = "Only the artifacts.")
    private boolean artifacts;

    @Option(names = "--all", description = "Every member, weights included.")
    private boolean all;

    ExtractOptions.Parts chosen() {
      return config
          ? ExtractOptions.Parts.CONFIG
          : artifacts
              ? ExtractOptions.Parts.ARTIFACTS
              : all ? ExtractOptions.Parts.ALL : ExtractOptions.Parts.CONFIG_AND_ARTIFACTS;
    }
  }

  @Override
  public Integer call() {
    var options =
        ExtractOptions.DEFAULT
            .withParts(parts.chosen())
            .withOverwrite(overwrite)
            .withMkdirs(mkdirs);
    var files = shardwright().extract(source, target, options);
    if (common().json()) {
      screen().print(Json.object(Fields.of("target", target).and("files", files).map()));
    } else {
      files.forEach(file -> screen().print(Screen.safe(target.resolve(file).toString())));
    }
    return ExitCode.DONE;
  }
}

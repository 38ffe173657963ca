package io.shardwright.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Changes model parallelism. */
@Command(
    name = "reshard",
    addMethodSubcommands = false,
    description = "Change a checkpoint's model parallelism.")
final class ReshardCommand extends WritingCommand {
  @Mixin private ReshardOptions options = new ReshardOptions();

  @Parameters(index = "1", paramLabel = "DST", description = ReshardOptions.TARGET)
  private Path target;

  @Override
  public Integer call() {
    return write(options.builder(target));
  }
}

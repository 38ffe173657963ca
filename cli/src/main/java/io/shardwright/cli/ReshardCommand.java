package io.shardwright.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Changes model parallelism. */
@Command(
    name = "reshard",
    addMethodSubcommands = false,
    description = {
      "Change parallelism, naming or layout.",
      "The format stays the same; an optimizer state is resharded too."
    },
    footer = "shardwright reshard model.nemo tp4.nemo --tp 4 --pp 2")
final class ReshardCommand extends WritingCommand {
  @Mixin private ReshardOptions options = new ReshardOptions();

  @Mixin private PartOptions parts = new PartOptions();

  @Parameters(index = "1", arity = "0..1", paramLabel = "DST", description = ReshardOptions.TARGET)
  private Path target;

  @Override
  public Integer call() {
    return write(() -> options.builder(options.required(target)), parts);
  }
}

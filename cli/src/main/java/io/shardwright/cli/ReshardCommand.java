package io.shardwright.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Changes model parallelism. */
@Command(name = "reshard", description = "Change a checkpoint's model parallelism.")
final class ReshardCommand extends WritingCommand {
  @Mixin private ReshardOptions options = new ReshardOptions();

  @Override
  public Integer call() {
    return write(options.builder());
  }
}

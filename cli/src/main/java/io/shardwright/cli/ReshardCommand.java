package io.shardwright.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Changes model parallelism. */
@Command(name = "reshard", description = "Change a checkpoint's model parallelism.")
final class ReshardCommand extends WritingCommand {
  @Mixin private ReshardOptions options = new ReshardOptions();

  @Option(names = "--dry-run", description = "Only print the plan.")
  private boolean dryRun;

  @Override
  public Integer call() {
    return write(options.builder(), dryRun);
  }
}

package io.shardwright.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What a reshard would do. */
@Command(name = "plan", description = "Say what 'reshard' with the same options would do.")
final class PlanCommand extends ScreenCommand {
  @Mixin private ReshardOptions options = new ReshardOptions();

  @Override
  public Integer call() {
    new RunView(this).show(shardwright().plan(options.request()));
    return ExitCode.DONE;
  }
}

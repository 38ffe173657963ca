package io.shardwright.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Changes model parallelism. */
@Command(name = "reshard", description = "Change a checkpoint's model parallelism.")
final class ReshardCommand extends ScreenCommand {
  @Mixin private ReshardOptions options = new ReshardOptions();

  @Option(names = "--dry-run", description = "Only print the plan.")
  private boolean dryRun;

  @Override
  public Integer call() {
    var shardwright = shardwright();
    if (dryRun) {
      new RunView(this).show(shardwright.plan(options.request()));
    } else {
      run(shardwright, options.request());
    }
    return ExitCode.DONE;
  }
}

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
    var plan = shardwright.plan(options.request());
    var view = new RunView(this);
    if (dryRun) {
      view.show(plan);
    } else {
      view.show(shardwright.run(plan, progress()));
    }
    return ExitCode.DONE;
  }
}

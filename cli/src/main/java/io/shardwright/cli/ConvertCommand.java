package io.shardwright.cli;

import io.shardwright.core.TargetFormat;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Turns a checkpoint into one of another format. */
@Command(
    name = "convert",
    description = "Turn a training's .ckpt into a .nemo, straight to the wanted parallelism.")
final class ConvertCommand extends ScreenCommand {
  @Mixin private ReshardOptions options = new ReshardOptions();

  @Option(names = "--to", paramLabel = "nemo", description = "What to write.")
  private Target to = Target.nemo;

  @Option(names = "--dry-run", description = "Only print the plan.")
  private boolean dryRun;

  /** What can be written. */
  enum Target {
    nemo
  }

  @Override
  public Integer call() {
    var shardwright = shardwright();
    var request =
        options.builder().format(TargetFormat.valueOf(to.name().toUpperCase(Locale.ROOT)));
    var plan = shardwright.plan(request.build());
    var view = new RunView(this);
    if (dryRun) {
      view.show(plan);
    } else {
      view.show(shardwright.run(plan, progress()));
    }
    return ExitCode.DONE;
  }
}

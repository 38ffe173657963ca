package io.shardwright.cli;

import io.shardwright.SavedPlan;
import io.shardwright.core.RunOptions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Completes a target that several processes wrote. */
@Command(
    name = "finish",
    addMethodSubcommands = false,
    description = "Complete, verify and publish a target whose parts '--part I/N' has written.",
    footer = "shardwright finish tp4.nemo")
final class FinishCommand extends ScreenCommand {
  @Parameters(index = "0", paramLabel = "DST", description = "The target, as the parts named it.")
  private Path target;

  @Override
  public Integer call() {
    var plan = SavedPlan.ofParts(target);
    RunOptions run = options(RunOptions.DEFAULT);
    var report = SavedPlan.finish(shardwright(plan), target, run, progress());
    new RunView(this).show(report, Optional.empty());
    return ExitCode.DONE;
  }
}

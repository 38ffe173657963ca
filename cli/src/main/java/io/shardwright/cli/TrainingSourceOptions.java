package io.shardwright.cli;

import io.shardwright.core.TrainingOptions;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How to read what a training left. */
final class TrainingSourceOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Mixin private TrainingFileOptions files = new TrainingFileOptions();

  @Option(names = "--step", paramLabel = "N", description = "Training step to read, by number.")
  private Long step;

  @Option(names = "--no-optimizer", description = "Leave out the optimizer state.")
  private boolean noOptimizer;

  TrainingOptions options() {
    var number =
        step == null
            ? OptionalLong.empty()
            : OptionalLong.of(ReshardOptions.atLeast(0, step, "--step", command));
    return files.options(number, Optional.empty(), !noOptimizer);
  }
}

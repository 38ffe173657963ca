package io.shardwright.cli;

import io.shardwright.core.TrainingOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How to read what a training left. */
final class TrainingSourceOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--checkpoint-name",
      paramLabel = "NAME",
      description = "The step to read, by its file's name; the newest whole one where omitted.")
  private String name;

  @Option(names = "--step", paramLabel = "N", description = "The step to read, by its number.")
  private Long step;

  @Option(
      names = "--hparams-file",
      paramLabel = "FILE",
      description = "A YAML configuration in place of the one in the checkpoint.")
  private Path hparams;

  @Option(
      names = "--tokenizer-model",
      paramLabel = "FILE",
      description =
          "The file for the configuration's tokenizer.model, of any source; refused where none is"
              + " kept.")
  private Path model;

  @Option(
      names = "--tokenizer-vocab-file",
      paramLabel = "FILE",
      description = "The file for the configuration's tokenizer.vocab_file.")
  private Path vocabulary;

  @Option(
      names = "--tokenizer-merges-file",
      paramLabel = "FILE",
      description = "The file for the configuration's tokenizer.merge_file.")
  private Path merges;

  @Option(names = "--no-optimizer", description = "Leave the optimizer's state out.")
  private boolean noOptimizer;

  TrainingOptions options() {
    return new TrainingOptions(
        Optional.ofNullable(name),
        step == null
            ? OptionalLong.empty()
            : OptionalLong.of(ReshardOptions.atLeast(0, step, "--step", command)),
        Optional.ofNullable(hparams),
        Optional.ofNullable(model),
        Optional.ofNullable(vocabulary),
        Optional.ofNullable(merges),
        Optional.empty(),
        !noOptimizer);
  }
}

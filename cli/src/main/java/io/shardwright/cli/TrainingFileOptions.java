package io.shardwright.cli;

import io.shardwright.core.TrainingOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** Which of the files that a training left to read, and what to read in place of others. */
final class TrainingFileOptions {
  @Option(
      names = "--checkpoint-name",
      paramLabel = "NAME",
      description = {"Training step to read, by file name.", "Default: the newest complete one."})
  private String name;

  @Option(
      names = "--hparams-file",
      paramLabel = "FILE",
      description = "YAML configuration that replaces the stored one.")
  private Path hparams;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "Model description for a source without one.",
        "A config.json, run_config.yaml or model.yaml."
      })
  private Path config;

  @Option(
      names = "--tokenizer-model",
      paramLabel = "FILE",
      description = {
        "File for the configuration's tokenizer.model.",
        "For any source; refused if the target keeps no tokenizer."
      })
  private Path model;

  @Option(
      names = "--tokenizer-vocab-file",
      paramLabel = "FILE",
      description = "File for the configuration's tokenizer.vocab_file.")
  private Path vocabulary;

  @Option(
      names = "--tokenizer-merges-file",
      paramLabel = "FILE",
      description = "File for the configuration's tokenizer.merge_file.")
  private Path merges;

  TrainingOptions options(OptionalLong step, Optional<String> targetClass, boolean optimizer) {
    return new TrainingOptions(
        Optional.ofNullable(name),
        step,
        Optional.ofNullable(hparams),
        Optional.ofNullable(model),
        Optional.ofNullable(vocabulary),
        Optional.ofNullable(merges),
        Optional.ofNullable(config),
        targetClass,
        optimizer);
  }
}

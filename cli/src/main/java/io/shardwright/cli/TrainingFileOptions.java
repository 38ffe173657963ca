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
      description = "The step to read, by its file's name; the newest whole one where omitted.")
  private String name;

  @Option(
      names = "--hparams-file",
      paramLabel = "FILE",
      description = "A YAML configuration in place of the one in the checkpoint.")
  private Path hparams;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A config.json, run_config.yaml or model.yaml that says what the model is, for a source"
              + " that has none.")
  private Path config;

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

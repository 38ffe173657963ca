package io.shardwright.core;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Options for reading checkpoints. The tokenizer files replace those of every kind of source, and
 * {@code config} stands in for what a source lacks; the other options apply to training checkpoints
 * alone.
 *
 * @param checkpointName file name of the step to read, with or without suffix; empty for the newest
 *     complete step
 * @param step number of the step to read, at least 0; empty for the newest complete step
 * @param hparamsFile a YAML configuration that replaces the checkpoint's; empty to keep that
 * @param tokenizerModel the file for the configuration's {@code tokenizer.model}
 * @param tokenizerVocabFile the file for the configuration's {@code tokenizer.vocab_file}
 * @param tokenizerMergesFile the file for the configuration's {@code tokenizer.merge_file}
 * @param config a document, JSON or YAML, that says what the model is where its source has none:
 *     {@code config.json}, {@code run_config.yaml} or {@code model.yaml}
 * @param targetClass the class that a {@code .nemo} target names; empty for the family's first
 * @param optimizer whether the optimizer's state is kept if the target can hold it
 */
public record TrainingOptions(
    Optional<String> checkpointName,
    OptionalLong step,
    Optional<Path> hparamsFile,
    Optional<Path> tokenizerModel,
    Optional<Path> tokenizerVocabFile,
    Optional<Path> tokenizerMergesFile,
    Optional<Path> config,
    Optional<String> targetClass,
    boolean optimizer) {
  /** The newest complete step, with the optimizer's state. */
  public static final TrainingOptions NEWEST =
      new TrainingOptions(
          Optional.empty(),
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          true);

  /**
   * Checks the components.
   *
   * @param checkpointName not null
   * @param step at least 0, or empty
   * @param hparamsFile not null
   * @param tokenizerModel not null
   * @param tokenizerVocabFile not null
   * @param tokenizerMergesFile not null
   * @param config not null
   * @param targetClass not null
   * @param optimizer kept as given
   * @throws IllegalArgumentException if the step is negative
   */
  public TrainingOptions {
    Objects.requireNonNull(checkpointName, "checkpointName");
    step.ifPresent(number -> Bounds.NOT_NEGATIVE.require("step", number));
    Objects.requireNonNull(hparamsFile, "hparamsFile");
    Objects.requireNonNull(tokenizerModel, "tokenizerModel");
    Objects.requireNonNull(tokenizerVocabFile, "tokenizerVocabFile");
    Objects.requireNonNull(tokenizerMergesFile, "tokenizerMergesFile");
    Objects.requireNonNull(config, "config");
    Objects.requireNonNull(targetClass, "targetClass");
  }

  /**
   * Returns the files that were given for the tokenizer.
   *
   * @return for each configuration key, such as {@code tokenizer.model}, its file, or empty if none
   *     was given
   */
  public Map<String, Optional<Path>> tokenizerFiles() {
    var files = new LinkedHashMap<String, Optional<Path>>();
    files.put("tokenizer.model", tokenizerModel);
    files.put("tokenizer.vocab_file", tokenizerVocabFile);
    files.put("tokenizer.merge_file", tokenizerMergesFile);
    return files;
  }
}

package io.shardwright.core;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How to read what a training left behind. Tokenizer files also replace those of other sources; the
 * rest is of no meaning for them.
 *
 * @param checkpointName the step to read, by its file's name with or without suffix; empty for the
 *     newest whole one
 * @param step the step to read, by its number
 * @param hparamsFile a YAML configuration that replaces the one inside
 * @param tokenizerModel the file for the configuration's {@code tokenizer.model}
 * @param tokenizerVocabFile the file for {@code tokenizer.vocab_file}
 * @param tokenizerMergesFile the file for {@code tokenizer.merge_file}
 * @param targetClass the class that a {@code .nemo} is to name; empty for the family's own
 * @param optimizer whether the optimizer's state is kept where the target can hold it
 */
public record TrainingOptions(
    Optional<String> checkpointName,
    OptionalLong step,
    Optional<Path> hparamsFile,
    Optional<Path> tokenizerModel,
    Optional<Path> tokenizerVocabFile,
    Optional<Path> tokenizerMergesFile,
    Optional<String> targetClass,
    boolean optimizer) {
  /** The newest whole step, with everything in it. */
  public static final TrainingOptions NEWEST =
      new TrainingOptions(
          Optional.empty(),
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          true);

  /**
   * Checks the step, and that nothing is null.
   *
   * @param checkpointName see the record
   * @param step at least 0
   * @param hparamsFile see the record
   * @param tokenizerModel see the record
   * @param tokenizerVocabFile see the record
   * @param tokenizerMergesFile see the record
   * @param targetClass see the record
   * @param optimizer see the record
   * @throws IllegalArgumentException if the step is negative
   */
  public TrainingOptions {
    Objects.requireNonNull(checkpointName, "checkpointName");
    step.ifPresent(number -> Bounds.NOT_NEGATIVE.require("step", number));
    Objects.requireNonNull(hparamsFile, "hparamsFile");
    Objects.requireNonNull(tokenizerModel, "tokenizerModel");
    Objects.requireNonNull(tokenizerVocabFile, "tokenizerVocabFile");
    Objects.requireNonNull(tokenizerMergesFile, "tokenizerMergesFile");
    Objects.requireNonNull(targetClass, "targetClass");
  }

  /**
   * The files that were given for the tokenizer.
   *
   * @return by the configuration's key, such as {@code tokenizer.model}; empty where none was given
   */
  public Map<String, Optional<Path>> tokenizerFiles() {
    var files = new LinkedHashMap<String, Optional<Path>>();
    files.put("tokenizer.model", tokenizerModel);
    files.put("tokenizer.vocab_file", tokenizerVocabFile);
    files.put("tokenizer.merge_file", tokenizerMergesFile);
    return files;
  }
}

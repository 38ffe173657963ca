package io.shardwright.core;

import io.shardwright.spi.ModelConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A restored model: its configuration, class, tokenizer and other files, and its tensors, whose
 * values are read when they are asked for. Close it to release its files.
 */
public interface RestoredModel extends AutoCloseable {
  /**
   * Returns the checkpoint's format, family, grid, sizes and further facts.
   *
   * @return a summary that is read from headers alone
   */
  CheckpointSummary summary();

  /**
   * Returns the model's configuration under NeMo's keys, with the overrides applied.
   *
   * @return values by dotted path
   */
  ModelConfig config();

  /**
   * Returns the configuration's scalars.
   *
   * @return texts by dotted path, in the document's order
   */
  Map<String, String> configValues();

  /**
   * Returns the configuration as a document.
   *
   * @return YAML in the style of OmegaConf
   */
  String configYaml();

  /**
   * Returns the name of the class that restores the model in NeMo.
   *
   * @return the configuration's {@code target}, as text; empty if it names none
   */
  Optional<String> restoreClass();

  /**
   * Returns the tokenizer's files: those that the configuration's {@code tokenizer} names and the
   * checkpoint holds.
   *
   * @return files by key: {@code model}, {@code vocab_file}, {@code merge_file}
   */
  Map<String, ModelArtifact> tokenizer();

  /**
   * Returns all files that are neither configuration nor weights.
   *
   * @return the files in the checkpoint's order
   */
  List<ModelArtifact> artifacts();

  /**
   * Returns the file of a name that is neither configuration nor weights.
   *
   * @param name the file's name within the checkpoint
   * @return the file; empty if no file has that name
   */
  Optional<ModelArtifact> artifact(String name);

  /**
   * Returns the logical tensors, without vocabulary padding if the vocabulary's size is known.
   *
   * @return tensors by canonical name; with {@link RestoreOptions#withStoredNames} the shards of
   *     the files by stored name, preceded by the rank if there are several ranks
   */
  Map<String, ModelTensor> tensors();

  /**
   * Returns the tensor of a name.
   *
   * @param name one of the keys of {@link #tensors}
   * @return the tensor, of which nothing has been read
   * @throws IllegalArgumentException if no tensor has that name; the message has similar names
   */
  ModelTensor tensor(String name);

  @Override
  void close();
}

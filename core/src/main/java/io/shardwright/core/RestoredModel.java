package io.shardwright.core;

import io.shardwright.spi.ModelConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as {@code restore_from()} finds it: configuration, class, tokenizer and other files, and
 * its tensors, of which nothing is read before it is asked for. Close it to release its files.
 */
public interface RestoredModel extends AutoCloseable {
  /**
   * What the checkpoint is.
   *
   * @return read from headers alone
   */
  CheckpointSummary summary();

  /**
   * The model's configuration, in NeMo's keys, overrides applied.
   *
   * @return looked up by dotted keys
   */
  ModelConfig config();

  /**
   * The configuration's scalars.
   *
   * @return by dotted path, in the document's order
   */
  Map<String, String> configValues();

  /**
   * The configuration as a document.
   *
   * @return YAML as OmegaConf writes it
   */
  String configYaml();

  /**
   * The class that restores the model in NeMo.
   *
   * @return the configuration's {@code target}; a name only, which nothing here resolves
   */
  Optional<String> restoreClass();

  /**
   * The files that the configuration's {@code tokenizer} names and the checkpoint holds.
   *
   * @return by key: {@code model}, {@code vocab_file}, {@code merge_file}
   */
  Map<String, ModelArtifact> tokenizer();

  /**
   * All files that travel with the model.
   *
   * @return in the checkpoint's order
   */
  List<ModelArtifact> artifacts();

  /**
   * One of those files.
   *
   * @param name as the archive spells it
   * @return empty where there is none
   */
  Optional<ModelArtifact> artifact(String name);

  /**
   * The logical tensors, without vocabulary padding where the true size is known.
   *
   * @return by canonical name; with {@link RestoreOptions#withStoredNames} the shards of the files
   *     by stored name, after their rank where there are several
   */
  Map<String, ModelTensor> tensors();

  /**
   * One logical tensor.
   *
   * @param name canonical
   * @return to be read in parts or whole
   * @throws IllegalArgumentException if there is none of that name; the message has the nearest
   */
  ModelTensor tensor(String name);

  @Override
  void close();
}

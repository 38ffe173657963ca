package io.shardwright.core;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.SourceStream;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.Nearest;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.plan.CanonicalTensor;
import io.shardwright.spi.ModelConfig;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as {@code restore_from()} finds it: configuration, class, tokenizer and other files, and
 * its tensors, of which nothing is read before it is asked for. Close it to release its files.
 */
public final class RestoredModel implements AutoCloseable {
  private final OpenCheckpoint checkpoint;
  private final YamlDocument config;
  private final Map<String, ModelTensor> tensors = new LinkedHashMap<>();

  private RestoredModel(OpenCheckpoint checkpoint, RestoreOptions options) {
    this.checkpoint = checkpoint;
    this.config = config(checkpoint, options);
    var buffers = new BufferPool();
    for (CanonicalTensor tensor :
        options.storedNames() ? checkpoint.stored() : checkpoint.canonical()) {
      CanonicalTensor own = tensor.unpadded();
      tensors.put(own.spec().name(), new RestoredTensor(own, buffers));
    }
  }

  static RestoredModel open(Path path, Sources sources, RestoreOptions options) {
    return of(
        options.storedNames()
            ? OpenCheckpoint.open(path, sources)
            : OpenCheckpoint.openModel(path, sources),
        options);
  }

  private static RestoredModel of(OpenCheckpoint checkpoint, RestoreOptions options) {
    try {
      return new RestoredModel(checkpoint, options);
    } catch (RuntimeException refusal) {
      checkpoint.close();
      throw refusal;
    }
  }

  private static YamlDocument config(OpenCheckpoint checkpoint, RestoreOptions options) {
    YamlDocument document =
        options
            .configFile()
            .map(file -> read(file, checkpoint.source().guard()))
            .orElseGet(checkpoint.source()::config);
    for (var override : options.overrides().entrySet()) {
      document = document.with(override.getKey(), override.getValue());
    }
    return document;
  }

  private static YamlDocument read(Path file, Guard guard) {
    try (var source = new FileSource(file, file.toString())) {
      return YamlDocument.parse(source, guard);
    }
  }

  /**
   * What the checkpoint is.
   *
   * @return read from headers alone
   */
  public CheckpointSummary summary() {
    return checkpoint.summary();
  }

  /**
   * The model's configuration, in NeMo's keys, overrides applied.
   *
   * @return looked up by dotted keys
   */
  public ModelConfig config() {
    return config;
  }

  /**
   * The configuration's scalars.
   *
   * @return by dotted path, in the document's order
   */
  public Map<String, String> configValues() {
    return config.leaves();
  }

  /**
   * The configuration as a document.
   *
   * @return YAML as OmegaConf writes it
   */
  public String configYaml() {
    return new String(config.write(), StandardCharsets.UTF_8);
  }

  /**
   * The class that restores the model in NeMo.
   *
   * @return the configuration's {@code target}; a name only, which nothing here resolves
   */
  public Optional<String> restoreClass() {
    return config.text("target");
  }

  /**
   * The files that the configuration's {@code tokenizer} names and the checkpoint holds.
   *
   * @return by key: {@code model}, {@code vocab_file}, {@code merge_file}
   */
  public Map<String, ModelArtifact> tokenizer() {
    var files = new LinkedHashMap<String, ModelArtifact>();
    for (String key : List.of("model", "vocab_file", "merge_file")) {
      config
          .text("tokenizer." + key)
          .filter(value -> value.startsWith("nemo:"))
          .flatMap(value -> artifact(value.substring("nemo:".length())))
          .ifPresent(file -> files.put(key, file));
    }
    return files;
  }

  /**
   * All files that travel with the model.
   *
   * @return in the checkpoint's order
   */
  public List<ModelArtifact> artifacts() {
    return checkpoint.source().attachments().stream().map(RestoredModel::artifact).toList();
  }

  /**
   * One of those files.
   *
   * @param name as the archive spells it
   * @return empty where there is none
   */
  public Optional<ModelArtifact> artifact(String name) {
    return artifacts().stream().filter(file -> file.name().equals(name)).findFirst();
  }

  private static ModelArtifact artifact(Attachment attachment) {
    return new File(attachment.name(), attachment.bytes());
  }

  /**
   * The logical tensors, without vocabulary padding where the true size is known.
   *
   * @return by canonical name; with {@link RestoreOptions#withStoredNames} the shards of the files
   *     by stored name, after their rank where there are several
   */
  public Map<String, ModelTensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /**
   * One logical tensor.
   *
   * @param name canonical
   * @return to be read in parts or whole
   * @throws IllegalArgumentException if there is none of that name; the message has the nearest
   */
  public ModelTensor tensor(String name) {
    ModelTensor found = tensors.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "no tensor '"
              + name
              + "' among the "
              + tensors.size()
              + " of this model"
              + Nearest.hint(name, tensors.keySet()));
    }
    return found;
  }

  @Override
  public void close() {
    checkpoint.close();
  }

  private record File(String name, ByteSource bytes) implements ModelArtifact {
    @Override
    public long size() {
      return bytes.size();
    }

    @Override
    public InputStream open() {
      return new SourceStream(bytes);
    }
  }
}

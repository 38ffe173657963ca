package io.shardwright;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A builder of small checkpoints in the form that NeMo 1.23 writes without model parallelism: a
 * folder with {@code model_config.yaml} and {@code model_weights.ckpt}. All values are held in
 * memory; it is meant for tests of adapters and for models of at most 1 GiB.
 */
public final class SmallCheckpoint {
  private static final String CONFIG = "model_config.yaml";
  private static final String WEIGHTS = "model_weights.ckpt";

  private final String yaml;
  private final YamlDocument config;
  private final StateDictPickle pickle = new StateDictPickle();
  private final Map<String, byte[]> storages = new LinkedHashMap<>();

  private SmallCheckpoint(String yaml) {
    this.yaml = yaml;
    byte[] bytes = yaml.getBytes(StandardCharsets.UTF_8);
    this.config = YamlDocument.parse(new MemorySource(bytes, CONFIG), Guard.standard());
  }

  /**
   * Makes a checkpoint without tensors.
   *
   * @param yaml a NeMo configuration
   * @return a checkpoint to add tensors to
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is no YAML map
   */
  public static SmallCheckpoint of(String yaml) {
    return new SmallCheckpoint(yaml);
  }

  /**
   * Returns the configuration as adapters see it.
   *
   * @return values by dotted path
   */
  public ModelConfig config() {
    return config;
  }

  /**
   * Returns the configuration's scalars.
   *
   * @return texts by dotted path, in the document's order
   */
  public Map<String, String> configValues() {
    return config.leaves();
  }

  /**
   * Adds a tensor.
   *
   * @param spec its name in the file, such as {@code model.head.weight}, element type and shape
   * @param values row-major little-endian bytes, {@link TensorSpec#byteSize()} of them
   * @return this
   * @throws IllegalArgumentException if there are more or fewer
   */
  public SmallCheckpoint tensor(TensorSpec spec, byte[] values) {
    if (values.length != spec.byteSize()) {
      throw new IllegalArgumentException(
          spec + " has " + spec.byteSize() + " bytes, given " + values.length);
    }
    storages.put(pickle.add(spec), values);
    return this;
  }

  /**
   * Writes the checkpoint.
   *
   * @param folder a folder that is new or empty
   * @return the folder
   * @throws CheckpointIoException if it can't be written
   */
  public Path write(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(CONFIG), yaml);
      Files.write(folder.resolve(WEIGHTS), weights());
      return folder;
    } catch (IOException failure) {
      throw new CheckpointIoException(
          ErrorCode.WRITE_FAILED, folder.toString(), "can't be written: " + failure.getMessage());
    }
  }

  private byte[] weights() {
    byte[] root = PickleWriter.write(pickle.build(Optional.empty()));
    var layout = TorchLayout.of("model_weights", root, pickle.storages());
    return layout.bytes(storages);
  }
}

package io.shardwright.core.internal.read;

import io.shardwright.core.CheckpointSummary;
import io.shardwright.core.ModelArtifact;
import io.shardwright.core.ModelTensor;
import io.shardwright.core.RestoreOptions;
import io.shardwright.core.RestoredModel;
import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.SourceStream;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.Nearest;
import io.shardwright.core.internal.execute.TensorBlocks;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.open.OpenCheckpoint;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.plan.CanonicalModel;
import io.shardwright.core.internal.plan.CanonicalModel.Again;
import io.shardwright.core.internal.plan.CanonicalTensor;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** A restored model of an open checkpoint. */
public final class OpenModel implements RestoredModel {
  private final OpenCheckpoint checkpoint;
  private final YamlDocument config;
  private final Map<String, ModelTensor> tensors = new LinkedHashMap<>();

  private OpenModel(OpenCheckpoint checkpoint, RestoreOptions options) {
    this.checkpoint = checkpoint;
    this.config = config(checkpoint, options);
    var buffers = new BufferPool();
    Map<String, List<Again>> again = options.storedNames() ? Map.of() : again();
    for (CanonicalTensor tensor :
        options.storedNames() ? checkpoint.stored() : checkpoint.canonical()) {
      String name = tensor.spec().name();
      var same = new SameValues(again.getOrDefault(name, List.of()));
      tensors.put(name, new RestoredTensor(tensor.unpadded(), same, buffers));
    }
  }

  /** What must be equal to a tensor, by its name. */
  private Map<String, List<Again>> again() {
    return checkpoint
        .model()
        .map(model -> CanonicalModel.again(model, checkpoint.vocabulary()))
        .orElse(Map.of());
  }

  public static OpenModel open(Path path, Sources sources, RestoreOptions options) {
    return of(
        options.storedNames()
            ? OpenCheckpoint.open(path, sources)
            : OpenCheckpoint.openModel(path, sources),
        options);
  }

  private static OpenModel of(OpenCheckpoint checkpoint, RestoreOptions options) {
    try {
      return new OpenModel(checkpoint, options);
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

  @Override
  public CheckpointSummary summary() {
    return checkpoint.summary();
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Map<String, String> configValues() {
    return config.leaves();
  }

  @Override
  public String configYaml() {
    return new String(config.write(), StandardCharsets.UTF_8);
  }

  @Override
  public Optional<String> restoreClass() {
    return config.text("target");
  }

  @Override
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

  @Override
  public List<ModelArtifact> artifacts() {
    return checkpoint.source().attachments().stream().map(OpenModel::artifact).toList();
  }

  @Override
  public Optional<ModelArtifact> artifact(String name) {
    return artifacts().stream().filter(file -> file.name().equals(name)).findFirst();
  }

  private static ModelArtifact artifact(Attachment attachment) {
    return new File(attachment.name(), attachment.bytes());
  }

  @Override
  public Map<String, ModelTensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
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

  /** A logical tensor of an open checkpoint. */
  private record RestoredTensor(CanonicalTensor tensor, SameValues again, BufferPool buffers)
      implements ModelTensor {
    @Override
    public TensorSpec spec() {
      return tensor.spec();
    }

    @Override
    public void read(Consumer<ByteBuffer> each) {
      again.require(tensor, buffers);
      buffers.use(
          blocks ->
              blocks.read(tensor, block -> each.accept(block.order(ByteOrder.LITTLE_ENDIAN))));
    }

    @Override
    public void read(long first, ByteBuffer target) {
      int size = spec().dtype().byteSize();
      if (target.remaining() % size != 0) {
        throw new IllegalArgumentException(
            target.remaining() + " bytes are not a whole number of elements of " + size);
      }
      long count = target.remaining() / size;
      Objects.checkFromIndexSize(first, count, spec().shape().elements());
      again.require(tensor, buffers);
      buffers.use(
          blocks -> {
            TensorBlocks.Cursor cursor = blocks.open(tensor);
            for (long at = first; at < first + count; at += cursor.most()) {
              target.put(cursor.read(at, Math.min(first + count, at + cursor.most())));
            }
          });
    }

    @Override
    public ByteBuffer bytes() {
      long size = spec().byteSize();
      if (size > Integer.MAX_VALUE) {
        throw new IllegalStateException(
            "'" + spec().name() + "' has " + size + " bytes, over 2 GiB: read it by blocks");
      }
      ByteBuffer all = ByteBuffer.allocateDirect((int) size);
      read(all::put);
      return all.flip().order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** Buffers that readers take turns at: as many as have read at once. */
  static final class BufferPool {
    private final ConcurrentLinkedQueue<TensorBlocks> idle = new ConcurrentLinkedQueue<>();

    void use(Consumer<TensorBlocks> reader) {
      TensorBlocks taken = idle.poll();
      TensorBlocks blocks = taken == null ? new TensorBlocks() : taken;
      try {
        reader.accept(blocks);
      } finally {
        idle.add(blocks);
      }
    }
  }
}

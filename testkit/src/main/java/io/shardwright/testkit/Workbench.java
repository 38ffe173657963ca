package io.shardwright.testkit;

import io.shardwright.Shardwright;
import io.shardwright.SmallCheckpoint;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.StoredTensor;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.TensorSum;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A sample as a checkpoint on disk, and what the engine makes of it by one adapter alone. Every
 * element has a value of its own, so that none can stand in another's place unnoticed.
 */
final class Workbench {
  /** Integers up to here are exact in binary32, and so are those plus and minus one. */
  private static final int MOST = 1 << 23;

  private final Shardwright engine;
  private final SampleModel sample;
  private final Path folder;
  private final Parameters parameters;
  private int targets;

  private Workbench(Shardwright engine, SampleModel sample, Path folder, Parameters parameters) {
    this.engine = engine;
    this.sample = sample;
    this.folder = folder;
    this.parameters = parameters;
  }

  /**
   * A sample that is written when it is asked for.
   *
   * @param folder new or empty
   */
  static Workbench of(ModelFamilyAdapter adapter, SampleModel sample, Path folder) {
    return new Workbench(engine(adapter), sample, folder, Parameters.of(adapter, sample));
  }

  private void write(Path file) {
    var checkpoint = SmallCheckpoint.of(sample.yaml());
    int value = 0;
    for (var tensor : parameters.tensors().entrySet()) {
      var spec = new TensorSpec(tensor.getKey(), DType.FLOAT32, tensor.getValue());
      checkpoint.tensor(spec, values(spec, value, parameters.filled(spec)));
      value = Math.floorMod(value + (int) spec.shape().elements(), MOST);
    }
    checkpoint.write(file);
  }

  private static Shardwright engine(ModelFamilyAdapter adapter) {
    return Shardwright.builder().families(List.of(adapter)).family(adapter.id()).build();
  }

  /** The same sample in the eyes of another adapter. */
  Workbench by(ModelFamilyAdapter other) {
    return new Workbench(engine(other), sample, folder, parameters);
  }

  private static byte[] values(TensorSpec spec, int first, long zeros) {
    var bytes = ByteBuffer.allocate((int) spec.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < spec.shape().elements(); i++) {
      bytes.putFloat(i < zeros ? 1 + Math.floorMod(first + (int) i, MOST - 2) : 0);
    }
    return bytes.array();
  }

  Parameters parameters() {
    return parameters;
  }

  Path source() {
    Path source = folder.resolve("source");
    if (!Files.exists(source)) {
      write(source);
    }
    return source;
  }

  /** Plans without writing. */
  void plan(UnaryOperator<ReshardRequestBuilder> options) {
    engine.plan(request(source(), folder.resolve("planned"), parameters.vocabulary(), options));
  }

  /** Writes what is asked for, and says where. */
  Path reshard(Path from, UnaryOperator<ReshardRequestBuilder> options) {
    return reshard(from, parameters.vocabulary(), options);
  }

  /** The same with another number of vocabulary rows that count. */
  Path reshard(Path from, long vocabulary, UnaryOperator<ReshardRequestBuilder> options) {
    Path target = folder.resolve("target" + targets++);
    engine.run(request(from, target, vocabulary, options), ProgressListener.SILENT);
    return target;
  }

  private ReshardRequest request(
      Path from, Path to, long vocabulary, UnaryOperator<ReshardRequestBuilder> options) {
    var request = ReshardRequest.builder(from, to).sync(false).verify(false);
    if (!parameters.padded().isEmpty()) {
      request.vocabSize(vocabulary);
    }
    return options.apply(request).build();
  }

  /** What a checkpoint of one file holds: element type, shape and SHA-256 by name. */
  Map<String, String> sums(Path checkpoint) {
    var sums = new TreeMap<String, String>();
    for (TensorSum sum :
        engine
            .verify(checkpoint, Set.of(Verification.Detail.SUMS), ProgressListener.SILENT)
            .tensors()) {
      var spec = sum.spec();
      sums.put(spec.name(), spec.dtype().torchName() + " " + spec.shape() + " " + sum.sha256());
    }
    return sums;
  }

  /** What a model consists of, whatever it is stored as: the same by canonical name. */
  Map<String, String> canonicalSums(Path checkpoint) {
    var sums = new TreeMap<String, String>();
    engine
        .manifest(checkpoint, ProgressListener.SILENT)
        .tensors()
        .forEach(
            entry -> sums.put(entry.spec().name(), entry.spec().shape() + " " + entry.sha256()));
    return sums;
  }

  /** The shapes in a checkpoint's files. */
  Map<String, Map<String, Shape>> shapes(Path checkpoint) {
    var shapes = new LinkedHashMap<String, Map<String, Shape>>();
    try (var open = engine.open(checkpoint)) {
      for (StoredTensor tensor : open.tensors()) {
        shapes
            .computeIfAbsent(tensor.file(), file -> new LinkedHashMap<>())
            .put(tensor.spec().name(), tensor.spec().shape());
      }
    }
    return shapes;
  }
}

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
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Writes a sample as a checkpoint and runs the engine on it with one adapter. Every element has a
 * distinct value, so that a swap of elements is noticed.
 */
final class Workbench {
  /** Integers up to this one, plus and minus one, are exact in binary32. */
  private static final int MOST = 1 << 23;

  private final ModelFamilyAdapter adapter;
  private final Shardwright engine;
  private final SampleModel sample;
  private final Path folder;
  private final Parameters parameters;
  private int targets;

  private Workbench(
      ModelFamilyAdapter adapter, SampleModel sample, Path folder, Parameters parameters) {
    this.adapter = adapter;
    this.engine = engine(adapter);
    this.sample = sample;
    this.folder = folder;
    this.parameters = parameters;
  }

  /**
   * Makes a bench for a sample, which is written when it is asked for.
   *
   * @param folder new or empty
   */
  static Workbench of(ModelFamilyAdapter adapter, SampleModel sample, Path folder) {
    return new Workbench(adapter, sample, folder, Parameters.of(adapter, sample));
  }

  private void write(Path file) {
    var checkpoint = SmallCheckpoint.of(sample.yaml());
    int value = 0;
    var firsts = new HashMap<String, Integer>();
    for (var tensor : parameters.tensors().entrySet()) {
      var spec = new TensorSpec(tensor.getKey(), DType.FLOAT32, tensor.getValue());
      firsts.put(spec.name(), value);
      int first = firsts.get(parameters.copies().getOrDefault(spec.name(), spec.name()));
      checkpoint.tensor(spec, values(spec, first, parameters.filled(spec)));
      value = Math.floorMod(value + (int) spec.shape().elements(), MOST);
    }
    checkpoint.write(file);
  }

  private static Shardwright engine(ModelFamilyAdapter adapter) {
    return Shardwright.builder().families(List.of(adapter)).family(adapter.id()).build();
  }

  /** Returns a bench for the same sample with another adapter. */
  Workbench by(ModelFamilyAdapter other) {
    return new Workbench(other, sample, folder, parameters);
  }

  /** Requires the adapter to claim the sample although all other families are found. */
  void requireClaim() {
    var all = new ArrayList<>(Neighbours.of(adapter));
    all.add(adapter);
    var findings = new Findings();
    try (var open = Shardwright.builder().families(all).build().open(source())) {
      findings.require(
          open.summary().family().equals(Optional.of(adapter.id())),
          "beside "
              + Neighbours.of(adapter).stream().map(ModelFamilyAdapter::id).toList()
              + " the model is claimed by "
              + open.summary().family().orElse("none")
              + " "
              + open.summary().notes());
    } catch (CheckpointException refusal) {
      findings.add(refusal.getMessage());
    }
    findings.requireNone();
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

  /** Plans a request without running it. */
  void plan(UnaryOperator<ReshardRequestBuilder> options) {
    engine.plan(request(source(), folder.resolve("planned"), parameters.vocabulary(), options));
  }

  /** Runs a request and returns its target. */
  Path reshard(Path from, UnaryOperator<ReshardRequestBuilder> options) {
    return reshard(from, parameters.vocabulary(), options);
  }

  /** Runs a request with another vocabulary size and returns its target. */
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

  /**
   * Returns element type, shape and SHA-256 of the tensors of a checkpoint of one file, by name.
   */
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

  /** Returns element type, shape and SHA-256 of a model's logical tensors, by canonical name. */
  Map<String, String> canonicalSums(Path checkpoint) {
    var sums = new TreeMap<String, String>();
    engine
        .manifest(checkpoint, ProgressListener.SILENT)
        .tensors()
        .forEach(
            entry -> sums.put(entry.spec().name(), entry.spec().shape() + " " + entry.sha256()));
    return sums;
  }

  /** Returns the shapes in a checkpoint's files, by file and name. */
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

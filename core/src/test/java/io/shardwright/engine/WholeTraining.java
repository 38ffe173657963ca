package io.shardwright.engine;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A training that is cut for no rank: weights, and what Adam keeps of each.
 *
 * @param parameters by the key that Megatron-Core stores them under, layers stacked
 */
record WholeTraining(Map<String, Parameter> parameters) {
  static final String WEIGHT = "weight";
  static final String EMBEDDING = "embedding.word_embeddings.weight";
  static final String OUTPUT = "output_layer.weight";
  static final List<String> STATES = List.of("param", "exp_avg", "exp_avg_sq");

  /**
   * A parameter.
   *
   * @param dtype of the weight; states are float32
   * @param values of the weight and of each state
   */
  record Parameter(DType dtype, Shape shape, Map<String, byte[]> values) {
    DType dtype(String kind) {
      return kind.equals(WEIGHT) ? dtype : DType.FLOAT32;
    }

    boolean isTrained() {
      return values.size() > 1;
    }

    private Parameter padded(int unit) {
      long rows = shape.dim(0);
      long all = (rows + unit - 1) / unit * unit;
      var more = new TreeMap<String, byte[]>();
      values.forEach(
          (kind, bytes) -> more.put(kind, Arrays.copyOf(bytes, (int) (bytes.length / rows * all))));
      return new Parameter(dtype, Shape.of(all, shape.dim(1)), more);
    }
  }

  /** Takes a parameter's weight or one of its states. */
  interface Taker {
    void take(String key, Parameter own, String kind, byte[] bytes);
  }

  /** Gives all weights and states, parameter by parameter. */
  void each(Taker taker) {
    parameters.forEach(
        (key, own) -> own.values().forEach((kind, bytes) -> taker.take(key, own, kind, bytes)));
  }

  /** The same with rows of zeros, so that the vocabulary has a multiple of some rows. */
  WholeTraining padded(int unit) {
    var padded = new TreeMap<>(parameters);
    padded.computeIfPresent(EMBEDDING, (key, own) -> own.padded(unit));
    padded.computeIfPresent(OUTPUT, (key, own) -> own.padded(unit));
    return new WholeTraining(padded);
  }

  /** That of a folder of {@code torch_dist} whose parameters have tensors of their own. */
  static WholeTraining of(Path folder) {
    Path whole = folder.resolveSibling(folder.getFileName() + "-parts");
    Order.of(folder, whole).to(TargetFormat.SAFETENSORS).done();
    var parameters = new TreeMap<String, Parameter>();
    var states = new LinkedHashMap<String, byte[]>();
    try (Stream<Path> files = Files.list(whole)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        var held = HeldTensors.of(file);
        for (String name : held.names()) {
          if (name.startsWith("optimizer.state.")) {
            states.put(name.substring("optimizer.state.".length()), held.bytes(name));
          } else {
            var spec = held.spec(name);
            var values = new TreeMap<String, byte[]>(Map.of(WEIGHT, held.bytes(name)));
            parameters.put(name, new Parameter(spec.dtype(), spec.shape(), values));
          }
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    states.forEach(
        (name, bytes) -> {
          int dot = name.indexOf('.');
          String kind = name.substring(0, dot).replace("fp32_param", "param");
          parameters.get(name.substring(dot + 1)).values().put(kind, bytes);
        });
    return new WholeTraining(parameters);
  }
}

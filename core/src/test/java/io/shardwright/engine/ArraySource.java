package io.shardwright.engine;

import io.shardwright.core.TargetFormat;
import io.shardwright.engine.WholeTraining.Parameter;
import io.shardwright.spi.Grid;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The zarr arrays of a NeMo 1 training (Megatron-LM core_v0.5.0, {@code
 * megatron/core/dist_checkpointing/strategies/zarr.py}): an array for each parameter and each of
 * its states, in chunks of one layer and of one rank.
 */
record ArraySource(WholeTraining whole, int tensor, boolean gated) {
  private static final String BEFORE = "model.";

  /** Writes a training whose arrays are replaced by those of this one. */
  static Path write(RandomTraining training, Grid grid, Path folder) throws IOException {
    training.order(training.home(), folder, grid).to(TargetFormat.LIGHTNING).done();
    Path step;
    try (Stream<Path> all = Files.walk(folder)) {
      step = all.filter(f -> f.endsWith("common.pt")).findFirst().orElseThrow().getParent();
    }
    try (Stream<Path> all = Files.walk(step)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Path array = file.getParent().resolve(".zarray");
        if (!file.equals(array) && Files.exists(array)) {
          Files.delete(file);
        }
      }
    }
    new ArraySource(training.whole(grid), grid.tensor(), training.gated()).write(step);
    return folder;
  }

  /** Writes the arrays, by their names. */
  void write(Path step) throws IOException {
    for (var own : whole.parameters().entrySet()) {
      for (var kind : own.getValue().values().entrySet()) {
        String state = kind.getKey().replaceFirst("^param$", "fp32_param");
        boolean weight = state.equals(WholeTraining.WEIGHT);
        Path array =
            step.resolve((weight ? "" : "optimizer.state." + state + ".") + BEFORE + own.getKey());
        Files.createDirectories(array);
        write(
            array,
            own.getKey(),
            own.getValue(),
            own.getValue().dtype(kind.getKey()),
            kind.getValue());
      }
    }
  }

  private void write(Path array, String key, Parameter own, DType dtype, byte[] bytes)
      throws IOException {
    Shape shape = own.shape();
    var cuts = cuts(key, shape);
    var chunk = new ArrayList<Long>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      chunk.add(shape.dim(axis) / cuts.get(axis));
    }
    String type = Map.of(DType.BFLOAT16, "bfloat16", DType.FLOAT32, "<f4").get(dtype);
    Files.writeString(
        array.resolve(".zarray"),
        """
        {"chunks": %s, "compressor": null, "dtype": "%s", "fill_value": null, "filters": null,
         "order": "C", "shape": %s, "zarr_format": 2}
        """
            .formatted(chunk, type, shape.dims()));
    long count = cuts.stream().reduce(1L, Math::multiplyExact);
    for (long number = 0; number < count; number++) {
      List<Long> index = MegatronItems.index(number, cuts);
      String name = index.stream().map(String::valueOf).collect(Collectors.joining("."));
      Files.write(
          array.resolve(name),
          MegatronItems.shard(bytes, shape, new Shape(chunk), index, dtype.byteSize()));
    }
  }

  /**
   * In how many chunks an array is along each axis; the halves of a gated matrix have their own.
   */
  List<Long> cuts(String key, Shape shape) {
    var cuts = new ArrayList<>(shape.dims().stream().map(dim -> 1L).toList());
    boolean layers = key.startsWith("decoder.layers.");
    if (layers) {
      cuts.set(0, shape.dim(0));
    }
    if (key.contains(".experts.")) {
      cuts.set(1, shape.dim(1));
    }
    int axis = layers ? key.contains(".experts.") ? 2 : 1 : 0;
    boolean columns = key.endsWith("linear_proj.weight") || key.endsWith("linear_fc2.weight");
    boolean rows =
        (key.equals(WholeTraining.EMBEDDING) || key.equals(WholeTraining.OUTPUT))
            || key.matches(".*linear_(qkv|fc1)\\.(weight|bias)");
    int each = tensor * (gated && key.endsWith("linear_fc1.weight") ? 2 : 1);
    if (columns || rows) {
      long dim = shape.dim(axis + (columns ? 1 : 0));
      cuts.set(axis + (columns ? 1 : 0), dim % each == 0 ? (long) each : 1L);
    }
    return cuts;
  }
}

package io.shardwright.engine;

import io.shardwright.engine.WholeTraining.Parameter;
import io.shardwright.spi.Grid;
import io.shardwright.spi.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The parameters of Megatron-Core's ranks, cut and in the order in which its modules register them
 * (Megatron-LM core_v0.19.0, {@code megatron/core/models/gpt/gpt_model.py}, {@code
 * megatron/core/transformer/attention.py}, {@code mlp.py}, {@code moe/moe_layer.py}, {@code
 * moe/experts.py}), stated here a second time.
 *
 * @param gated whether an MLP's first matrix is two
 * @param local whether layers are Megatron-Core's own, whose norms are modules before others
 * @param grouped whether all experts are one module
 */
record RankCut(WholeTraining whole, Grid grid, boolean gated, boolean local, boolean grouped) {
  private static final String LAYERS = "decoder.layers.";
  private static final String EXPERTS = "mlp.experts.experts.";
  private static final String EMBEDDING = WholeTraining.EMBEDDING;
  private static final String OUTPUT = WholeTraining.OUTPUT;

  private static final List<String> NORMS =
      List.of(
          "self_attention.linear_qkv.layer_norm_weight",
          "self_attention.linear_qkv.layer_norm_bias");

  private static final List<String> ATTENTION =
      List.of("self_attention.linear_proj.weight", "self_attention.linear_proj.bias");

  private static final List<String> PROJECTIONS =
      List.of(
          "self_attention.linear_qkv.weight",
          "self_attention.linear_qkv.bias",
          "self_attention.q_layernorm.weight",
          "self_attention.k_layernorm.weight",
          "pre_mlp_layernorm.weight",
          "pre_mlp_layernorm.bias",
          "mlp.router.weight",
          EXPERTS,
          "mlp.linear_fc1.layer_norm_weight",
          "mlp.linear_fc1.layer_norm_bias",
          "mlp.linear_fc1.weight",
          "mlp.linear_fc1.bias",
          "mlp.linear_fc2.weight",
          "mlp.linear_fc2.bias");

  /**
   * A rank's part of a parameter.
   *
   * @param shared whether it is the embedding that two stages have
   */
  record Part(String name, DType dtype, boolean shared, Map<String, byte[]> values) {
    int elements() {
      return values.get(WholeTraining.WEIGHT).length / dtype.byteSize();
    }
  }

  /** Where a part of a matrix begins, and how many rows and columns it has. */
  private record Box(long row, long rows, long column, long columns) {}

  /** Whether experts have an optimizer of their own. */
  boolean isApart() {
    return (grid.expert() > 1 || grid.expertTensor() != grid.tensor())
        && has(LAYERS + EXPERTS + "linear_fc1.weight");
  }

  private boolean has(String key) {
    return whole.parameters().containsKey(key);
  }

  /** The parts of a chunk of a stage, of which experts that are apart are none. */
  List<Part> dense(int tensor, int stage, int chunk) {
    var parts = new ArrayList<Part>();
    boolean first = stage == 0 && chunk == 0;
    boolean last = stage == grid.pipeline() - 1 && chunk == grid.virtual() - 1;
    boolean shared = grid.pipeline() > 1 && !has(OUTPUT);
    if (first) {
      add(parts, EMBEDDING, EMBEDDING, List.of(), tensor, shared);
      add(parts, "embedding.position_embeddings.weight", "", List.of(), tensor, false);
    }
    for (long layer : layers(stage, chunk)) {
      for (String name : order()) {
        if (!name.equals(EXPERTS)) {
          add(parts, LAYERS + name, name, List.of(layer), tensor, false);
        } else if (!isApart()) {
          parts.addAll(experts(tensor, 0, layer));
        }
      }
    }
    if (last) {
      add(parts, "decoder.final_layernorm.weight", "", List.of(), tensor, false);
      add(parts, "decoder.final_layernorm.bias", "", List.of(), tensor, false);
      add(parts, OUTPUT, OUTPUT, List.of(), tensor, false);
    }
    if (last && shared) {
      add(parts, EMBEDDING, EMBEDDING, List.of(), tensor, true);
    }
    return parts;
  }

  /** The experts of a chunk, if they are apart. */
  List<Part> experts(int tensor, int expert, int stage, int chunk) {
    return layers(stage, chunk).stream()
        .flatMap(layer -> experts(tensor, expert, layer).stream())
        .toList();
  }

  private List<String> order() {
    var order = new ArrayList<>(local ? NORMS : ATTENTION);
    order.addAll(local ? ATTENTION : NORMS);
    order.addAll(PROJECTIONS);
    return order;
  }

  private List<Long> layers(int stage, int chunk) {
    long all = whole.parameters().get(LAYERS + NORMS.get(0)).shape().dim(0);
    int each = (int) all / grid.pipeline() / grid.virtual();
    long from = (long) (chunk * grid.pipeline() + stage) * each;
    return LongStream.range(from, from + each).boxed().toList();
  }

  private List<Part> experts(int tensor, int expert, long layer) {
    String key = LAYERS + EXPERTS + "linear_fc";
    if (!has(key + "1.weight")) {
      return List.of();
    }
    long each = whole.parameters().get(key + "1.weight").shape().dim(1) / grid.expert();
    var parts = new ArrayList<Part>();
    for (long outer = 0; outer < (grouped ? 2 : each); outer++) {
      for (long inner = 0; inner < (grouped ? each : 2); inner++) {
        String name = "linear_fc" + (1 + (grouped ? outer : inner)) + ".weight";
        long own = expert * each + (grouped ? inner : outer);
        add(
            parts,
            LAYERS + EXPERTS + name,
            "mlp." + name,
            List.of(layer, own),
            tensor % grid.expertTensor(),
            false);
      }
    }
    return parts;
  }

  /** Adds a part of what the model has. */
  private void add(
      List<Part> parts, String key, String cut, List<Long> index, int tensor, boolean shared) {
    Parameter of = whole.parameters().get(key);
    if (of == null || !of.isTrained()) {
      return;
    }
    var dims = of.shape().dims().subList(index.size(), of.shape().rank());
    long columns = dims.size() == 1 ? 1 : dims.get(1);
    int ranks = key.contains(EXPERTS) ? grid.expertTensor() : grid.tensor();
    List<Box> boxes = boxes(cut, dims.get(0), columns, tensor, ranks);
    long at = 0;
    for (int axis = 0; axis < index.size(); axis++) {
      at = at * of.shape().dim(axis) + index.get(axis);
    }
    var values = new TreeMap<String, byte[]>();
    for (var kind : of.values().entrySet()) {
      int size = of.dtype(kind.getKey()).byteSize();
      long from = at * dims.get(0) * columns * size;
      values.put(kind.getKey(), bytes(kind.getValue(), (int) from, boxes, (int) columns, size));
    }
    parts.add(new Part(key + index, of.dtype(), shared, values));
  }

  private List<Box> boxes(String cut, long rows, long columns, int tensor, int ranks) {
    boolean byColumn = cut.endsWith("linear_proj.weight") || cut.endsWith("linear_fc2.weight");
    boolean vocabulary = cut.equals(EMBEDDING) || cut.equals(OUTPUT);
    boolean first = cut.endsWith("linear_fc1.weight") || cut.endsWith("linear_fc1.bias");
    boolean byRow =
        vocabulary || first || cut.endsWith("linear_qkv.weight") || cut.endsWith("linear_qkv.bias");
    if (byColumn) {
      return List.of(new Box(0, rows, tensor * columns / ranks, columns / ranks));
    }
    if (!byRow) {
      return List.of(new Box(0, rows, 0, columns));
    }
    long halves = first && gated ? 2 : 1;
    long each = rows / halves / ranks;
    return Stream.iterate(0L, half -> half + 1)
        .limit(halves)
        .map(half -> new Box(half * rows / halves + tensor * each, each, 0, columns))
        .toList();
  }

  private static byte[] bytes(byte[] all, int from, List<Box> boxes, int columns, int size) {
    var part = new ByteArrayOutputStream();
    for (Box box : boxes) {
      for (long row = box.row(); row < box.row() + box.rows(); row++) {
        part.write(
            all, from + (int) (row * columns + box.column()) * size, (int) box.columns() * size);
      }
    }
    return part.toByteArray();
  }
}

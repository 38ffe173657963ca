package io.shardwright.bench.input;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * What each rank of a grid holds, in Megatron-Core's order (Megatron-LM core_v0.5.0, {@code
 * megatron/core/tensor_parallel/layers.py}, {@code transformer/mlp.py}).
 *
 * @param ranks tensor-parallel size
 * @param stages pipeline-parallel size
 */
public record RankParts(Decoder model, int ranks, int stages) {
  private static final String PREFIX = "model.";
  private static final long VOCABULARY_BLOCK = 128;

  /** The parts of one rank. */
  public List<Part> of(int rank, int stage) {
    var parts = new ArrayList<Part>();
    int layers = model.layers() / stages;
    if (stage == 0) {
      parts.add(vocabulary(model.words(), rank));
    }
    for (int layer = 0; layer < layers; layer++) {
      layer(parts, layer, stage * layers + layer, rank);
    }
    if (stage == stages - 1) {
      parts.add(Part.vector(PREFIX + model.norm().name(), model.norm()));
      parts.add(vocabulary(model.output(), rank));
    }
    return parts;
  }

  /** A stage counts its layers from 0. */
  private void layer(List<Part> parts, int local, int layer, int rank) {
    parts.add(row(named(model.projection(local)), model.projection(layer), rank));
    parts.add(Part.vector(named(model.attentionNorm(local)), model.attentionNorm(layer)));
    parts.add(column(named(model.qkv(local)), model.qkv(layer), 1, rank));
    parts.add(Part.vector(named(model.mlpNorm(local)), model.mlpNorm(layer)));
    parts.add(column(named(model.up(local)), model.up(layer), model.gated() ? 2 : 1, rank));
    parts.add(row(named(model.down(local)), model.down(layer), rank));
  }

  private static String named(Whole whole) {
    return PREFIX + whole.name();
  }

  /** Rows in as many blocks as there are matrices on top of each other. */
  private Part column(String name, Whole whole, int matrices, int rank) {
    long matrix = whole.rows() / matrices;
    long block = matrix / ranks;
    LongUnaryOperator row = r -> r / block * matrix + rank * block + r % block;
    return Part.matrix(name, whole, whole.rows() / ranks, whole.columns(), 0, row);
  }

  private Part row(String name, Whole whole, int rank) {
    long columns = whole.columns() / ranks;
    return Part.matrix(name, whole, whole.rows(), columns, rank * columns, r -> r);
  }

  private Part vocabulary(Whole whole, int rank) {
    long block = VOCABULARY_BLOCK * ranks;
    long rows = (whole.rows() + block - 1) / block * VOCABULARY_BLOCK;
    return Part.matrix(named(whole), whole, rows, whole.columns(), 0, r -> rank * rows + r);
  }
}

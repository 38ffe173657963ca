package io.shardwright.spi;

/** How a NeMo 1.x checkpoint keeps its weights. */
public enum WeightLayout {
  /** A torch file per model-parallel rank. */
  RANKS,
  /** A folder {@code model_weights/} with an array per parameter, whatever the ranks. */
  DISTRIBUTED
}

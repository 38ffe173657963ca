package io.shardwright.spi;

/** How a NeMo 1.x checkpoint keeps its weights: docs/formats/nemo.md and zarr.md. */
public enum WeightLayout {
  /** A torch file per model-parallel rank. */
  RANKS,
  /** A folder {@code model_weights/} with an array per parameter, whatever the ranks. */
  DISTRIBUTED
}

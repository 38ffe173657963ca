package io.shardwright.spi;

/** The layouts of the weights in a NeMo 1.x checkpoint (docs/formats/nemo.md and zarr.md). */
public enum WeightLayout {
  /** One torch file per model-parallel rank. */
  RANKS,
  /**
   * A folder {@code model_weights/} with one zarr array per parameter, independent of the ranks.
   */
  DISTRIBUTED
}

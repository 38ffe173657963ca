package io.shardwright.core;

/** What to extract from a checkpoint. */
public enum ExtractedParts {
  /** {@code model_config.yaml}. */
  CONFIG,
  /** Every file that is neither configuration nor weights: tokenizers. */
  ARTIFACTS,
  /** Both of these. */
  CONFIG_AND_ARTIFACTS,
  /** Every member of an archive, weights included. */
  ALL
}

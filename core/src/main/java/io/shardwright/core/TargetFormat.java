package io.shardwright.core;

/** What a run writes. */
public enum TargetFormat {
  /** A {@code .nemo} archive, or the same members in a folder. */
  NEMO,
  /** The folder of a training that goes on: rank files with optimizer state. */
  LIGHTNING,
  /** A folder as {@code transformers} saves it. */
  HUGGING_FACE,
  /**
   * Every stored tensor of a {@code .nemo} as it is, in safetensors files, with its configuration.
   */
  SAFETENSORS
}

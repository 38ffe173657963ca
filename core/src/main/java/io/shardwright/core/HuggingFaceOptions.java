package io.shardwright.core;

import java.util.Objects;
import java.util.Optional;

/**
 * Options for writing a Hugging Face folder; other targets ignore them.
 *
 * @param maxShardBytes largest number of bytes of tensors per file, at least 1
 * @param architecture the Hugging Face class to write; empty to choose it by the configuration
 */
public record HuggingFaceOptions(long maxShardBytes, Optional<String> architecture) {
  /** Shards of at most 5 GB, and the class that the configuration determines. */
  public static final HuggingFaceOptions DEFAULT =
      new HuggingFaceOptions(5_000_000_000L, Optional.empty());

  /**
   * Checks the components.
   *
   * @param maxShardBytes at least 1
   * @param architecture not null
   * @throws IllegalArgumentException if {@code maxShardBytes} is below 1
   */
  public HuggingFaceOptions {
    Bounds.POSITIVE.require("maxShardBytes", maxShardBytes);
    Objects.requireNonNull(architecture, "architecture");
  }
}

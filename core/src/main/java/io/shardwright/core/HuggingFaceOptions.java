package io.shardwright.core;

import java.util.Objects;
import java.util.Optional;

/**
 * How to write a folder as {@code transformers} saves it. Of no meaning for other targets.
 *
 * @param maxShardBytes bytes of tensors per file, at least 1
 * @param architecture the class to write; empty for the one that the configuration tells
 */
public record HuggingFaceOptions(long maxShardBytes, Optional<String> architecture) {
  /** Shards of 5 GB, as transformers writes them. */
  public static final HuggingFaceOptions DEFAULT =
      new HuggingFaceOptions(5_000_000_000L, Optional.empty());

  /**
   * Checks the size.
   *
   * @param maxShardBytes see the record
   * @param architecture see the record
   * @throws IllegalArgumentException if there is no room for one byte
   */
  public HuggingFaceOptions {
    Bounds.POSITIVE.require("maxShardBytes", maxShardBytes);
    Objects.requireNonNull(architecture, "architecture");
  }
}

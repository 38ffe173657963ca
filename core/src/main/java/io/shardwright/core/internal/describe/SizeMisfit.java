package io.shardwright.core.internal.describe;

import java.util.List;

/** The exception for a shape that contradicts the configuration. */
final class SizeMisfit extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final List<String> keys;

  SizeMisfit(String message, List<String> keys) {
    super(message);
    this.keys = List.copyOf(keys);
  }

  /** The keys that tell another one. */
  List<String> keys() {
    return keys;
  }
}

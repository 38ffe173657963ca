package io.shardwright.core.internal.execute;

/** Receives the number of bytes of every block that is done. */
@FunctionalInterface
public interface Progress {
  /** Some more bytes are done. */
  void advance(long bytes);
}

package io.shardwright.cli;

import io.shardwright.core.internal.describe.ParallelSize;

/** Breaks the rules "cli" and "names". */
final class BreachHelper {
  ParallelSize looksInside() {
    return new ParallelSize(1, 1);
  }
}

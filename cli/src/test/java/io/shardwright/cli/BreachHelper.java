package io.shardwright.cli;

import io.shardwright.core.internal.describe.StageLayers;

/** Breaks the rules "cli" and "names". */
final class BreachHelper {
  StageLayers looksInside() {
    return StageLayers.none(1);
  }
}

package io.shardwright.core;

import io.shardwright.core.internal.format.loose.LooseFormat;

/** Breaks "formats". */
final class BreachOfFormats {
  private BreachOfFormats() {}

  static String id() {
    return new LooseFormat().id();
  }
}

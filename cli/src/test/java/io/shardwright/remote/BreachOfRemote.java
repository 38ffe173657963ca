package io.shardwright.remote;

import io.shardwright.core.BreachOfCore;

/** Breaks the rule "remote". */
public final class BreachOfRemote {
  private BreachOfRemote() {}

  static String name() {
    return BreachOfCore.name();
  }
}

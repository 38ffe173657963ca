package io.shardwright.core.internal.describe;

import java.util.List;

/** The prefixes that NeMo puts before a model's parameter names. */
public final class NamePrefix {
  private static final List<String> PREFIXES = List.of("model.module.", "model.");

  private NamePrefix() {}

  /** The prefix of a stored name, an optimizer's among it; empty where it has none. */
  public static String of(String name) {
    String companion = Companions.prefix(name);
    for (String prefix : PREFIXES) {
      if (name.startsWith(prefix, companion.length())) {
        return companion + prefix;
      }
    }
    return companion;
  }
}

package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A table of Python names with the effect of each as a sentence. Pairs of module and name are
 * compared as a whole.
 */
final class NameTable {
  private static final String ALL = "*";

  private final Map<Global, String> exact = new HashMap<>();

  /** Adds names of one module, which all do the same; {@code *} stands for every name. */
  NameTable add(String effect, String module, String... names) {
    for (String name : names) {
      exact.put(new Global(module, name), effect);
    }
    return this;
  }

  /** Adds every name of modules and of all modules below them. */
  NameTable addPackages(String effect, String... modules) {
    for (String module : modules) {
      add(effect, module, ALL);
      add(effect, module + ".", ALL);
    }
    return this;
  }

  /** What a name does; empty where the table does not know it. */
  Optional<String> effect(Global global) {
    String found = exact.get(global);
    if (found == null) {
      found = exact.get(new Global(global.module(), ALL));
    }
    String module = global.module();
    for (int dot = module.lastIndexOf('.'); found == null && dot > 0; ) {
      module = module.substring(0, dot);
      found = exact.get(new Global(module + ".", ALL));
      dot = module.lastIndexOf('.');
    }
    return Optional.ofNullable(found);
  }
}

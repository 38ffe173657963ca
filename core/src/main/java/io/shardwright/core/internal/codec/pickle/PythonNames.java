package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.Map;

/**
 * Translates module names between Python 2, whose names protocols up to 2 hold, and Python 3, whose
 * names values hold in memory (CPython, {@code Lib/_compat_pickle.py}).
 */
final class PythonNames {
  private static final Map<String, String> MODULES =
      Map.of("__builtin__", "builtins", "copy_reg", "copyreg");
  private static final Map<Global, Global> BUILTINS =
      Map.of(
          new Global("__builtin__", "xrange"), new Global("builtins", "range"),
          new Global("__builtin__", "unicode"), new Global("builtins", "str"),
          new Global("__builtin__", "long"), new Global("builtins", "int"));

  private PythonNames() {}

  static Global fromPython2(String module, String name) {
    Global given = new Global(module, name);
    Global renamed = BUILTINS.get(given);
    return renamed != null ? renamed : new Global(MODULES.getOrDefault(module, module), name);
  }

  /** The name under which the tables know it: modules that were renamed have one. */
  static Global canonical(Global global) {
    String module = global.module();
    if (module.startsWith("numpy._core.")) {
      module = "numpy.core." + module.substring("numpy._core.".length());
    } else if (module.equals("torch.tensor")) {
      module = "torch._tensor";
    }
    return module.equals(global.module()) ? global : new Global(module, global.name());
  }

  static Global toPython2(Global global) {
    if (global.equals(new Global("builtins", "range"))) {
      return new Global("__builtin__", "xrange");
    }
    if (global.equals(new Global("builtins", "str"))) {
      return new Global("__builtin__", "unicode");
    }
    if (global.equals(new Global("builtins", "int"))) {
      return new Global("__builtin__", "long");
    }
    String module =
        MODULES.entrySet().stream()
            .filter(entry -> entry.getValue().equals(global.module()))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(global.module());
    return new Global(module, global.name());
  }
}

package io.shardwright.core.internal.registry;

import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.ErrorCode;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.Function;

/** What a class loader offers, and what its names must be. */
final class Providers {
  private Providers() {}

  static <T> void each(
      Class<T> service, ClassLoader loader, Consumer<T> sound, List<String> failures) {
    Iterator<T> providers = ServiceLoader.load(service, loader).iterator();
    while (true) {
      try {
        if (!providers.hasNext()) {
          break;
        }
        sound.accept(providers.next());
      } catch (ServiceConfigurationError | LinkageError | RuntimeException broken) {
        failures.add("provider failed: " + broken);
      }
    }
  }

  static AdapterException broken(String origin, String problem) {
    return new AdapterException(ErrorCode.ADAPTER_BROKEN, origin, problem);
  }

  static void requireId(String id, String origin) {
    if (id == null || !id.matches("[a-z0-9_-]+")) {
      throw broken(
          origin, "id '" + id + "', expected lower-case letters, digits, hyphens, underscores");
    }
  }

  static <T> void refuseDuplicates(
      String what, List<T> all, Function<T, String> id, Function<T, String> origin) {
    Map<String, T> byId = new HashMap<>();
    for (T found : all) {
      T other = byId.put(id.apply(found), found);
      if (other != null) {
        throw broken(
            origin.apply(found),
            what
                + " id '"
                + id.apply(found)
                + "' is also in "
                + origin.apply(other)
                + ": leave one of them out, or rename it");
      }
    }
  }
}

package io.shardwright.core.internal.registry;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The adapters that a class loader offers. */
public final class AdapterRegistry {
  private final List<FoundAdapter> adapters;
  private final List<String> failures;

  private AdapterRegistry(List<FoundAdapter> adapters, List<String> failures) {
    this.adapters = List.copyOf(adapters);
    this.failures = List.copyOf(failures);
  }

  /**
   * Loads all adapters. One that can't be loaded is remembered as a failure and skipped.
   *
   * @throws AdapterException if two adapters have the same id
   */
  public static AdapterRegistry load(ClassLoader loader) {
    var adapters = new ArrayList<FoundAdapter>();
    var failures = new ArrayList<String>();
    Iterator<ModelFamilyAdapter> providers =
        ServiceLoader.load(ModelFamilyAdapter.class, loader).iterator();
    while (true) {
      try {
        if (!providers.hasNext()) {
          break;
        }
        var found = FoundAdapter.of(providers.next());
        requireSound(found);
        adapters.add(found);
      } catch (ServiceConfigurationError | LinkageError | RuntimeException broken) {
        failures.add("provider failed: " + broken);
      }
    }
    refuseDuplicates(adapters);
    return new AdapterRegistry(adapters, failures);
  }

  private static void requireSound(FoundAdapter found) {
    var adapter = found.adapter();
    if (adapter.id() == null || !adapter.id().matches("[a-z0-9-]+")) {
      throw broken(
          found, "id '" + adapter.id() + "', expected lower-case letters, digits, hyphens");
    }
    if (adapter.restoreClasses().isEmpty()) {
      throw broken(
          found, "adapter '" + adapter.id() + "' restores no class, expected at least one");
    }
  }

  private static AdapterException broken(FoundAdapter found, String problem) {
    return new AdapterException(ErrorCode.ADAPTER_BROKEN, found.origin(), problem);
  }

  private static void refuseDuplicates(List<FoundAdapter> adapters) {
    Map<String, FoundAdapter> byId = new HashMap<>();
    for (FoundAdapter found : adapters) {
      FoundAdapter other = byId.put(found.adapter().id(), found);
      if (other != null) {
        throw new AdapterException(
            ErrorCode.ADAPTER_BROKEN,
            found.origin(),
            "adapter id '"
                + found.adapter().id()
                + "' is also in "
                + other.origin()
                + ": remove one of the jars");
      }
    }
  }

  /** All adapters that were loaded. */
  public List<FoundAdapter> adapters() {
    return adapters;
  }

  /** One sentence per provider that could not be loaded. */
  public List<String> failures() {
    return failures;
  }

  /**
   * The adapter with an id.
   *
   * @throws UnrecognizedCheckpointException if there is none
   */
  public ModelFamilyAdapter named(String id) {
    return adapters.stream()
        .map(FoundAdapter::adapter)
        .filter(adapter -> adapter.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new UnrecognizedCheckpointException(
                    ErrorCode.FAMILY_UNKNOWN, "--family " + id, "no such adapter; found " + ids()));
  }

  /**
   * The one family that claims a configuration: by its {@code target} class if it names one, else
   * by what {@link ModelFamilyAdapter#describes} says.
   *
   * @param where the checkpoint, for messages
   * @throws UnrecognizedCheckpointException if several do
   */
  public Optional<ModelFamilyAdapter> claiming(ModelConfig config, String where) {
    Optional<String> target = config.text("target");
    var claims =
        adapters.stream()
            .filter(
                found ->
                    target
                        .map(
                            name ->
                                found.adapter().restoreClasses().contains(RestoreClass.nemo(name)))
                        .orElseGet(() -> found.adapter().describes(config)))
            .toList();
    if (claims.size() > 1 && target.isPresent()) {
      claims = claims.stream().filter(found -> found.adapter().describes(config)).toList();
    }
    if (claims.size() > 1) {
      throw new UnrecognizedCheckpointException(
          ErrorCode.FAMILY_AMBIGUOUS,
          where,
          "claimed by "
              + claims.stream()
                  .map(found -> "'" + found.adapter().id() + "' (" + found.origin() + ")")
                  .collect(Collectors.joining(" and "))
              + ": choose one with --family");
    }
    return claims.stream().findFirst().map(FoundAdapter::adapter);
  }

  /** The ids of all adapters, for messages. */
  public String ids() {
    return adapters.stream()
        .map(found -> found.adapter().id())
        .sorted()
        .collect(Collectors.joining(", "));
  }
}

package io.shardwright.core.internal.registry;

import io.shardwright.core.AdapterDescription;
import io.shardwright.spi.ModelFamilyAdapter;
import java.security.CodeSource;

/**
 * An adapter with its origin.
 *
 * @param origin the jar, folder or family file, or {@code unknown}
 */
public record FoundAdapter(ModelFamilyAdapter adapter, String origin) {
  /** An adapter that comes from the jar of its class. */
  public static FoundAdapter of(ModelFamilyAdapter adapter) {
    return new FoundAdapter(adapter, originOf(adapter));
  }

  /** Where a provider's class is from. */
  static String originOf(Object provider) {
    CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
    boolean known = source != null && source.getLocation() != null;
    return known ? source.getLocation().getPath() : "unknown";
  }

  /** Its id and where it came from, for messages. */
  String named() {
    return "'" + adapter.id() + "' (" + origin + ")";
  }

  /** What a user sees of it. */
  public AdapterDescription description() {
    return new AdapterDescription(
        adapter.id(), origin, adapter.restoreClasses(), adapter.parallelism());
  }
}

package io.shardwright.core.internal.registry;

import io.shardwright.spi.ModelFamilyAdapter;
import java.security.CodeSource;

/**
 * An adapter and where it came from.
 *
 * @param origin the jar or folder, or {@code unknown}
 */
public record FoundAdapter(ModelFamilyAdapter adapter, String origin) {
  static FoundAdapter of(ModelFamilyAdapter adapter) {
    CodeSource source = adapter.getClass().getProtectionDomain().getCodeSource();
    boolean known = source != null && source.getLocation() != null;
    return new FoundAdapter(adapter, known ? source.getLocation().getPath() : "unknown");
  }
}

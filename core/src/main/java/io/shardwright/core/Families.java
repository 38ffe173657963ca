package io.shardwright.core;

import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.directory.DirectoryCheckpoint;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.ParameterTable;
import java.util.Optional;

/** The family of an open checkpoint. */
final class Families {
  private Families() {}

  static Optional<ModelFamilyAdapter> of(ModelSource source, AdapterRegistry registry) {
    return source instanceof DirectoryCheckpoint folder
        ? Optional.of(registry.familyOf(folder.model()))
        : registry.claiming(source.config(), source.name());
  }

  /** The parameters' names where they are not the family's own. */
  static Optional<ParameterTable> names(ModelSource source) {
    return source instanceof DirectoryCheckpoint folder
        ? Optional.of(folder.model().names())
        : Optional.empty();
  }
}

package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.convert.DialectTables;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.Dialects;
import io.shardwright.spi.format.KnownModels;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a format is told of the families that were found.
 *
 * @param given a NeMo configuration in place of a class's own
 */
record KnownFamilies(AdapterRegistry registry, Optional<Path> given, Guard guard)
    implements KnownModels {
  @Override
  public List<HuggingFaceModel> classes() {
    return registry.huggingFaceModels();
  }

  @Override
  public Optional<String> lacking(Optional<String> className) {
    return registry.lacking(className);
  }

  @Override
  public Configuration base(HuggingFaceModel model) {
    if (given.isEmpty()) {
      return dialects().configuration(model.base(), model.modelType());
    }
    try (var file = new FileSource(given.get(), given.get().toString())) {
      return YamlDocument.parse(file, guard).resolved(List.of("model")).document();
    }
  }

  @Override
  public Dialects dialects() {
    return new DialectTables(guard);
  }
}

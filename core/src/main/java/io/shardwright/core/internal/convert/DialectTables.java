package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.dialect.DialectReading;
import io.shardwright.spi.dialect.DialectWriting;
import io.shardwright.spi.dialect.Dialects;
import java.nio.charset.StandardCharsets;

/**
 * The engine of dialects as formats see it.
 *
 * @param guard what configurations are parsed under
 */
public record DialectTables(Guard guard) implements Dialects {
  /** For documents that are our own. */
  public static DialectTables standard() {
    return new DialectTables(Guard.standard());
  }

  @Override
  public Configuration configuration(String yaml, String name) {
    return YamlDocument.parse(new MemorySource(yaml.getBytes(StandardCharsets.UTF_8), name), guard);
  }

  @Override
  public DialectReading read(DialectDocument document, Dialect dialect, Configuration base) {
    return Reading.of(document, dialect, base);
  }

  @Override
  public DialectWriting write(Configuration config, String of) {
    return new Writing((YamlDocument) config, of);
  }
}

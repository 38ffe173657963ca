package io.shardwright.engine;

import io.shardwright.spi.ModelConfig;
import java.util.Map;
import java.util.Optional;

/** A configuration of keys and texts. */
public record PlainConfig(Map<String, String> values) implements ModelConfig {
  /** It says nothing. */
  public static final PlainConfig EMPTY = new PlainConfig(Map.of());

  @Override
  public Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key));
  }

  @Override
  public boolean has(String key) {
    return values.containsKey(key);
  }
}

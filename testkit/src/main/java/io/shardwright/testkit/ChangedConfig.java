package io.shardwright.testkit;

import io.shardwright.spi.ModelConfig;
import java.util.Map;
import java.util.Optional;

/** A configuration with other values of some keys. */
record ChangedConfig(ModelConfig before, Map<String, String> values) implements ModelConfig {
  @Override
  public Optional<String> text(String key) {
    String changed = values.get(key);
    return changed == null
        ? before.text(key)
        : Optional.of(changed).filter(value -> !value.equals("null"));
  }

  @Override
  public Kind kind(String key) {
    return values.containsKey(key) ? ModelConfig.super.kind(key) : before.kind(key);
  }

  @Override
  public boolean has(String key) {
    return values.containsKey(key) || before.has(key);
  }
}

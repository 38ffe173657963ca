package io.shardwright.core.internal.plan;

import io.shardwright.spi.ModelConfig;
import java.util.List;
import java.util.Optional;

/** A configuration as it will be. */
record ChangedConfig(ModelConfig before, List<ConfigChange> changes) implements ModelConfig {
  @Override
  public Optional<String> text(String key) {
    return changes.stream()
        .filter(change -> change.key().equals(key))
        .findFirst()
        .map(change -> Optional.of(change.to()).filter(value -> !value.equals("null")))
        .orElseGet(() -> before.text(key));
  }

  @Override
  public boolean has(String key) {
    return before.has(key) || changes.stream().anyMatch(change -> change.key().equals(key));
  }
}

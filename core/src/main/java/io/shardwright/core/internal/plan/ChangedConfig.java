package io.shardwright.core.internal.plan;

import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.spi.ModelConfig;
import java.util.List;
import java.util.Optional;

/** A configuration with the changes of a plan applied. */
record ChangedConfig(ModelConfig before, List<ConfigEdit> changes) implements ModelConfig {
  @Override
  public Optional<String> text(String key) {
    return changes.stream()
        .filter(change -> change.key().equals(key))
        .findFirst()
        .map(change -> Optional.of(change.to()).filter(value -> !value.equals("null")))
        .orElseGet(() -> before.text(key));
  }

  @Override
  public Kind kind(String key) {
    return isChanged(key) ? ModelConfig.super.kind(key) : before.kind(key);
  }

  @Override
  public String where() {
    return before.where();
  }

  @Override
  public String says(String key) {
    return isChanged(key) ? ModelConfig.super.says(key) : before.says(key);
  }

  @Override
  public boolean knows(String key) {
    return before.knows(key);
  }

  private boolean isChanged(String key) {
    return changes.stream().anyMatch(change -> change.key().equals(key));
  }

  @Override
  public boolean has(String key) {
    return before.has(key) || isChanged(key);
  }
}

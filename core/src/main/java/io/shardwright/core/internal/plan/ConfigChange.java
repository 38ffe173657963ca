package io.shardwright.core.internal.plan;

import io.shardwright.core.outline.ConfigEdit;

/**
 * A configuration key that must change.
 *
 * @param key dotted path
 * @param from the old value as written, or {@code absent}
 * @param to the new value as YAML
 */
public record ConfigChange(String key, String from, String to) {
  ConfigEdit edit() {
    return new ConfigEdit(key, from, to);
  }

  @Override
  public String toString() {
    return edit().toString();
  }
}

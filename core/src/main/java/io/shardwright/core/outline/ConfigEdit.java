package io.shardwright.core.outline;

/**
 * A configuration key that changes.
 *
 * @param key dotted path
 * @param from the old value as written, or {@code absent}
 * @param to the new value as YAML
 */
public record ConfigEdit(String key, String from, String to) {
  @Override
  public String toString() {
    return key + ": " + from + " -> " + to;
  }
}

package io.shardwright.core.internal.plan;

/**
 * A configuration key that must change.
 *
 * @param key dotted path
 * @param from the old value as written, or {@code absent}
 * @param to the new value as YAML
 */
public record ConfigChange(String key, String from, String to) {
  @Override
  public String toString() {
    return key + ": " + from + " -> " + to;
  }
}

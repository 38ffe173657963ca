package io.shardwright.core.outline;

/**
 * A change of a configuration key's value.
 *
 * @param key dotted path
 * @param from the old value as written, or {@code absent}
 * @param to the new value in YAML
 */
public record ConfigEdit(String key, String from, String to) {
  @Override
  public String toString() {
    return key + ": " + from + " -> " + to;
  }
}

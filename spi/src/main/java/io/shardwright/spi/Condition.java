package io.shardwright.spi;

import java.util.List;

/**
 * A condition on a configuration, as data.
 *
 * @param key dotted path
 * @param values the texts that make it true; compared in lower case
 * @param negated whether it holds for all other texts instead
 */
public record Condition(String key, List<String> values, boolean negated) {
  /**
   * Copies the values.
   *
   * @param key see the record
   * @param values see the record
   * @param negated see the record
   */
  public Condition {
    values = List.copyOf(values);
  }

  /**
   * Whether the condition holds. A key that is absent or null counts as the text {@code null}.
   *
   * @param config the configuration
   * @return true where it does
   */
  public boolean holds(ModelConfig config) {
    String value = config.text(key).orElse("null").toLowerCase(java.util.Locale.ROOT);
    return values.contains(value) != negated;
  }
}

package io.shardwright.spi.config;

import java.util.List;

/**
 * A condition on a canonical key, which {@link io.shardwright.spi.Condition} tells.
 *
 * @param key dotted path
 * @param values that fulfil it, {@code null} for none
 * @param negated true if all values but these do
 */
public record Given(String key, List<String> values, boolean negated) {
  /**
   * Copies the values.
   *
   * @param key kept as given
   * @param values copied
   * @param negated kept as given
   */
  public Given {
    values = List.copyOf(values);
  }
}

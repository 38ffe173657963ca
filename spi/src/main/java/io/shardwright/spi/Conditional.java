package io.shardwright.spi;

import java.util.List;

/**
 * What is in force only under some configurations.
 *
 * @param <T> the type itself
 */
public interface Conditional<T> {
  /**
   * Adds a condition to those that must all hold.
   *
   * @param condition the condition
   * @return a changed copy
   */
  T and(Condition condition);

  /**
   * Puts it in force only for some values of a key.
   *
   * @param key dotted path
   * @param values texts in lower case; {@code null} for an absent key
   * @return a changed copy
   */
  default T when(String key, String... values) {
    return and(new Condition(key, List.of(values), false));
  }

  /**
   * Puts it out of force for some values of a key.
   *
   * @param key dotted path
   * @param values texts in lower case; {@code null} for an absent key
   * @return a changed copy
   */
  default T unless(String key, String... values) {
    return and(new Condition(key, List.of(values), true));
  }
}

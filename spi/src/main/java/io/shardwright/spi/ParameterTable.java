package io.shardwright.spi;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The parameters of a family under one naming, in the order in which the model registers them.
 *
 * @param rules the rows
 */
public record ParameterTable(List<ParameterRule> rules) implements Conditional<ParameterTable> {
  /**
   * Copies the rules.
   *
   * @param rules copied
   */
  public ParameterTable {
    rules = List.copyOf(rules);
  }

  /**
   * Makes a table of rows.
   *
   * @param rules the rows in registration order
   * @return the table
   */
  public static ParameterTable of(ParameterRule... rules) {
    return new ParameterTable(List.of(rules));
  }

  /**
   * Appends the rows of another table.
   *
   * @param more the rows to append
   * @return a new table
   */
  public ParameterTable and(ParameterTable more) {
    return new ParameterTable(Stream.concat(rules.stream(), more.rules.stream()).toList());
  }

  @Override
  public ParameterTable and(Condition condition) {
    return new ParameterTable(rules.stream().map(rule -> rule.and(condition)).toList());
  }

  /**
   * Narrows the table to some values of a key: drops rows that none of them puts in force, and
   * conditions that all of them meet.
   *
   * @param key dotted path
   * @param values texts in lower case; {@code null} for an absent key
   * @return a new table
   */
  public ParameterTable given(String key, String... values) {
    return new ParameterTable(
        rules.stream()
            .filter(rule -> rule.conditions().stream().allMatch(c -> c.possible(key, values)))
            .map(rule -> open(rule, key, values))
            .toList());
  }

  private static ParameterRule open(ParameterRule rule, String key, String... values) {
    return rule.given(rule.conditions().stream().filter(c -> !c.certain(key, values)).toList());
  }

  /**
   * Adds the sizes of another table to rows of the same canonical tensor that lack them.
   *
   * @param other rows that have sizes (see {@link ParameterRule#sized})
   * @return a new table
   */
  public ParameterTable sizedAs(ParameterTable other) {
    Map<String, Arrangement> known = new HashMap<>();
    other.rules.forEach(
        rule -> known.merge(rule.canonical(), rule.arrangement(), Arrangement::sizedAs));
    return new ParameterTable(
        rules.stream()
            .map(
                rule ->
                    rule.with(
                        rule.arrangement()
                            .sizedAs(known.getOrDefault(rule.canonical(), Arrangement.PLAIN))))
            .toList());
  }

  /**
   * Returns the rows that are in force under a configuration.
   *
   * @param config the configuration
   * @return a table of the rows whose conditions all hold
   */
  public ParameterTable inForce(ModelConfig config) {
    return new ParameterTable(
        rules.stream()
            .filter(rule -> rule.conditions().stream().allMatch(c -> c.holds(config)))
            .toList());
  }
}

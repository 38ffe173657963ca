package io.shardwright.spi;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The parameters of a family in registration order.
 *
 * @param rules at least one
 */
public record ParameterTable(List<ParameterRule> rules) {
  /**
   * Copies the rules.
   *
   * @param rules see the record
   */
  public ParameterTable {
    rules = List.copyOf(rules);
  }

  /**
   * A table of rows.
   *
   * @param rules in registration order
   * @return the table
   */
  public static ParameterTable of(ParameterRule... rules) {
    return new ParameterTable(List.of(rules));
  }

  /**
   * This table followed by another.
   *
   * @param more rows to append
   * @return a new table
   */
  public ParameterTable and(ParameterTable more) {
    return new ParameterTable(Stream.concat(rules.stream(), more.rules.stream()).toList());
  }

  /**
   * This table with the sizes of another: those of the row of the same canonical tensor.
   *
   * @param other rows that say how long axes are
   * @return a table of rows that say it too
   */
  public ParameterTable sizedAs(ParameterTable other) {
    Map<String, Arrangement> known = new HashMap<>();
    other.rules.forEach(
        rule -> known.merge(rule.canonical(), rule.arrangement(), Arrangement::sizedAs));
    return new ParameterTable(
        rules.stream()
            .map(
                rule ->
                    rule.arranged(
                        rule.arrangement()
                            .sizedAs(known.getOrDefault(rule.canonical(), Arrangement.PLAIN))))
            .toList());
  }

  /**
   * The rows that are in force under a configuration.
   *
   * @param config the configuration
   * @return a table of those whose conditions all hold
   */
  public ParameterTable inForce(ModelConfig config) {
    return new ParameterTable(
        rules.stream()
            .filter(rule -> rule.conditions().stream().allMatch(c -> c.holds(config)))
            .toList());
  }
}

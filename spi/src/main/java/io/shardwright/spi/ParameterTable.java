package io.shardwright.spi;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The parameters of a family under one naming, in the order in which the model registers them.
 *
 * @param rules the rows
 */
public record ParameterTable(List<ParameterRule> rules) implements Conditional<ParameterTable> {
  private static final Pattern FORMULA = Pattern.compile("\\{([^}]*)}");

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

  /**
   * Puts rows in the place of those that have their patterns, and adds the others. A new row stands
   * after the last one with which its name shares most leading parts, as a module's parameters do.
   *
   * @param refinement rows that replace or are added
   * @return a new table
   */
  public ParameterTable refinedBy(ParameterTable refinement) {
    var all = new ArrayList<ParameterRule>();
    for (ParameterRule rule : rules) {
      var others = refinement.of(rule.pattern());
      if (others.isEmpty()) {
        all.add(rule);
      } else if (!all.containsAll(others)) {
        all.addAll(others);
      }
    }
    for (ParameterRule rule : refinement.rules) {
      if (of(rule.pattern()).isEmpty()) {
        all.add(place(rule, all), rule);
      }
    }
    return new ParameterTable(all);
  }

  private List<ParameterRule> of(String pattern) {
    return rules.stream().filter(rule -> rule.pattern().equals(pattern)).toList();
  }

  private static int place(ParameterRule rule, List<ParameterRule> among) {
    int place = among.size();
    int most = 0;
    for (int i = 0; i < among.size(); i++) {
      int shared = shared(rule.pattern().split("\\."), among.get(i).pattern().split("\\."));
      if (shared > 0 && shared >= most) {
        most = shared;
        place = i + 1;
      }
    }
    return place;
  }

  private static int shared(String[] one, String[] other) {
    int shared = 0;
    while (shared < Math.min(one.length, other.length) && one[shared].equals(other[shared])) {
      shared++;
    }
    return shared;
  }

  @Override
  public ParameterTable and(Condition condition) {
    return new ParameterTable(rules.stream().map(rule -> rule.and(condition)).toList());
  }

  /**
   * Leaves out the rows of other modules, and calls this one's otherwise.
   *
   * @param module what its names begin with
   * @param otherwise what they begin with in place of it
   * @return a new table
   */
  public ParameterTable within(String module, String otherwise) {
    return new ParameterTable(
        rules.stream()
            .filter(rule -> rule.pattern().startsWith(module))
            .map(rule -> rule.named(otherwise + rule.pattern().substring(module.length())))
            .toList());
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
   * Returns the rows of one layout.
   *
   * @param layout rank files or distributed checkpoints
   * @return a table without the rows of the other (see {@link ParameterRule#layout})
   */
  public ParameterTable in(WeightLayout layout) {
    return new ParameterTable(
        rules.stream()
            .filter(rule -> rule.traits().layout().filter(own -> own != layout).isEmpty())
            .toList());
  }

  /**
   * Returns the rows that are in force under a configuration.
   *
   * @param config the configuration
   * @return a table of the rows whose conditions all hold, besides those that a layer decides (see
   *     {@link ParameterRule#isOn}); a row is on all layers, or left out, where the configuration
   *     does not tell its layers apart
   */
  public ParameterTable inForce(ModelConfig config) {
    return new ParameterTable(
        rules.stream()
            .filter(
                rule -> rule.conditions().stream().allMatch(c -> c.perLayer() || c.holds(config)))
            .map(rule -> numbered(rule, config))
            .map(rule -> rule.onLayers(rule.layers().in(config)))
            .filter(rule -> !rule.layers().equals(LayerSet.NONE))
            .toList());
  }

  /** The same with numbers for the formulas in its pattern. */
  private static ParameterRule numbered(ParameterRule rule, ModelConfig config) {
    return rule.pattern().contains("{")
        ? rule.named(
            FORMULA
                .matcher(rule.pattern())
                .replaceAll(found -> "" + new Size(found.group(1)).in(config).orElse(0)))
        : rule;
  }
}

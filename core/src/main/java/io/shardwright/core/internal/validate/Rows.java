package io.shardwright.core.internal.validate;

import io.shardwright.core.internal.family.Declaration;
import io.shardwright.spi.Condition;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The rows of one naming.
 *
 * @param naming its word in the file
 */
record Rows(String naming, ParameterTable table, Declaration.Lines lines, ModelConfig config) {
  boolean inForce(ParameterRule rule) {
    return rule.conditions().stream()
        .allMatch(condition -> condition.perLayer() || condition.holds(config));
  }

  List<ParameterRule> inForce() {
    return table.rules().stream().filter(this::inForce).toList();
  }

  /** A row, for messages. */
  String place(ParameterRule rule) {
    return "line " + lines.of(rule);
  }

  /** What keeps a row out of force. */
  String unmet(ParameterRule rule) {
    String unmet =
        rule.conditions().stream()
            .filter(condition -> !condition.perLayer() && !condition.holds(config))
            .map(this::unmet)
            .collect(Collectors.joining(", "));
    return unmet.isEmpty() ? "it belongs to other layers" : unmet;
  }

  private String unmet(Condition condition) {
    String found = config.text(condition.key()).map(text -> "'" + text + "'").orElse("absent");
    boolean any = condition.negated() && condition.values().equals(List.of("null"));
    String expected = String.join(" or ", condition.values()).replaceAll("\\bnull\\b", "absent");
    return condition.key()
        + " is "
        + found
        + ", expected "
        + (any ? "any value" : (condition.negated() ? "other than " : "") + expected);
  }
}

package io.shardwright.core.internal.describe;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the one rule that matches a parameter's name. */
final class RuleMatcher {
  private final String family;
  private final Map<String, List<ParameterRule>> byPattern = new HashMap<>();

  RuleMatcher(String family, ParameterTable table) {
    this.family = family;
    for (ParameterRule rule : table.rules()) {
      byPattern.merge(rule.pattern(), List.of(rule), RuleMatcher::concat);
    }
  }

  private static <T> List<T> concat(List<T> first, List<T> second) {
    return java.util.stream.Stream.concat(first.stream(), second.stream()).toList();
  }

  /**
   * The rule for a name without a format's prefix.
   *
   * @throws AdapterException if several rules match
   */
  Optional<ParameterRule> match(String name) {
    var rules = byPattern.getOrDefault(pattern(name), List.of());
    if (rules.size() > 1) {
      throw new AdapterException(
          ErrorCode.RULE_AMBIGUOUS,
          "adapter '" + family + "'",
          rules.size()
              + " rules match '"
              + name
              + "', expected one: give them exclusive conditions");
    }
    return rules.stream().findFirst();
  }

  /** The name with its first all-digit part replaced by {@code *}. */
  private static String pattern(String name) {
    String[] parts = name.split("\\.", -1);
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].matches("[0-9]+")) {
        parts[i] = "*";
        break;
      }
    }
    return String.join(".", parts);
  }
}

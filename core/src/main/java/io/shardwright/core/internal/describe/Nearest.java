package io.shardwright.core.internal.describe;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Finds the names that are most similar to an unknown one, for messages. */
public final class Nearest {
  private static final int SHOWN = 2;

  private Nearest() {}

  /** The known names that are most alike, for a message. */
  static String hint(String name, ParameterTable table) {
    boolean elsewhere =
        table.rules().stream()
            .filter(rule -> !rule.uniform())
            .anyMatch(rule -> RuleMatcher.indexes(rule.pattern(), name).isPresent());
    if (elsewhere) {
      return " in this layer (others have it, as the configuration says)";
    }
    return hint(name, table.rules().stream().map(ParameterRule::pattern).distinct().toList());
  }

  /** The known names that are most alike, for a message. */
  public static String hint(String name, Collection<String> names) {
    String known =
        names.stream()
            .sorted(Comparator.comparingInt(pattern -> -alike(name, pattern)))
            .limit(SHOWN)
            .collect(Collectors.joining("', '"));
    return known.isEmpty() ? "" : " (the nearest known are '" + known + "')";
  }

  /** Letters that two names have in common at their ends. */
  private static int alike(String one, String other) {
    int shorter = Math.min(one.length(), other.length());
    int end = 0;
    while (end < shorter
        && one.charAt(one.length() - 1 - end) == other.charAt(other.length() - 1 - end)) {
      end++;
    }
    int start = 0;
    while (start < shorter - end && one.charAt(start) == other.charAt(start)) {
      start++;
    }
    return start + end;
  }
}

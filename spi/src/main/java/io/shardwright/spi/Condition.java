package io.shardwright.spi;

import java.util.List;
import java.util.Locale;

/**
 * A condition on a configuration, as data.
 *
 * @param key dotted path
 * @param values the texts that make it true, in lower case; <code>${other}</code> stands for the
 *     text of another key, and YAML 1.1's words for a truth value for each other
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
    String value = text(config, key);
    return values.stream().anyMatch(legal -> expected(config, legal).equals(value)) != negated;
  }

  private static String expected(ModelConfig config, String legal) {
    boolean reference = legal.startsWith("${") && legal.endsWith("}");
    return reference ? text(config, legal.substring(2, legal.length() - 1)) : plain(legal);
  }

  private static String text(ModelConfig config, String key) {
    return plain(config.text(key).orElse("null").toLowerCase(Locale.ROOT));
  }

  /** YAML 1.1 has several words for the truth values. */
  private static String plain(String text) {
    return switch (text) {
      case "yes", "on" -> "true";
      case "no", "off" -> "false";
      default -> text;
    };
  }
}

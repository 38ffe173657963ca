package io.shardwright.spi;

import io.shardwright.spi.ModelConfig.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
   * @throws io.shardwright.spi.error.MalformedCheckpointException if the key's value is of a kind
   *     that none of the values is of
   */
  public boolean holds(ModelConfig config) {
    requireKind(config);
    String value = text(config, key);
    return values.stream().anyMatch(legal -> expected(config, legal).equals(value)) != negated;
  }

  private void requireKind(ModelConfig config) {
    Kind kind = config.kind(key);
    if (kind == Kind.NONE || values.stream().anyMatch(legal -> reference(legal).isPresent())) {
      return;
    }
    var legal = values.stream().map(Kind::of).filter(k -> k != Kind.NONE).distinct().toList();
    boolean flag = legal.equals(List.of(Kind.FLAG));
    boolean word = !legal.isEmpty() && !legal.contains(Kind.LIST) && kind == Kind.LIST;
    if (kind == Kind.MAP || word || flag && kind != Kind.FLAG) {
      throw config.unexpected(key, flag ? "true or false" : "one of " + values);
    }
  }

  /** The key that a text stands for; empty where it stands for itself. */
  static Optional<String> reference(String text) {
    return text.startsWith("${") && text.endsWith("}")
        ? Optional.of(text.substring(2, text.length() - 1))
        : Optional.empty();
  }

  private static String expected(ModelConfig config, String legal) {
    return reference(legal).map(other -> text(config, other)).orElseGet(() -> plain(legal));
  }

  /** Truth values have several spellings. */
  private static String text(ModelConfig config, String key) {
    return config.kind(key) == Kind.FLAG
        ? Boolean.toString(config.flag(key))
        : config.text(key).orElse("null").toLowerCase(Locale.ROOT);
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

package io.shardwright.spi;

import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.config.ConfigKey;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A condition on the value of one configuration key, as data.
 *
 * @param key dotted path of the key, such as {@code tokenizer.model}; a part {@code *} stands for
 *     the number of a row's layer, as in {@code layer_types.*}
 * @param values the texts that fulfil the condition, in lower case: {@code null} for an absent key,
 *     <code>${other}</code> for the text of another key; {@code true}, {@code yes} and {@code on}
 *     are one value, and so are {@code false}, {@code no} and {@code off} (YAML 1.1)
 * @param negated true if every text except {@code values} fulfils the condition
 */
public record Condition(String key, List<String> values, boolean negated) {
  /**
   * Copies the values.
   *
   * @param key kept as given
   * @param values copied
   * @param negated kept as given
   */
  public Condition {
    values = List.copyOf(values);
  }

  /**
   * Tells whether a configuration fulfils the condition. A key that is absent or null has the text
   * {@code null}.
   *
   * @param config the configuration
   * @return true if it does
   * @throws io.shardwright.spi.error.MalformedCheckpointException if the key's value is a map, or
   *     is of another kind than the values (for example a text, and the values are truth values)
   */
  public boolean holds(ModelConfig config) {
    Kind kind = config.kind(key);
    if (kind != Kind.NONE && kind != Kind.FLAG) {
      requireKind(config, kind);
    }
    String value = text(config, key, kind);
    return values.stream().anyMatch(legal -> expected(config, legal).equals(value)) != negated;
  }

  /**
   * Tells whether a row of a dialect says something of a model.
   *
   * @param row with conditions, or none
   * @param config the model's
   * @return true if all of them hold
   */
  public static boolean inForce(ConfigKey row, ModelConfig config) {
    return row.conditions().stream()
        .allMatch(
            given -> new Condition(given.key(), given.values(), given.negated()).holds(config));
  }

  /**
   * Tells whether layers differ in it: its key has a {@code *} for the layer's number.
   *
   * @return true if it is to be asked of a layer's configuration ({@link ModelConfig#at})
   */
  public boolean perLayer() {
    return isPerLayer(key);
  }

  static boolean isPerLayer(String key) {
    return key.endsWith(".*") || key.contains(".*.");
  }

  /** Whether it holds for some of the texts that a key may have. */
  boolean possible(String other, String... texts) {
    return !key.equals(other)
        || Stream.of(texts).anyMatch(text -> values.contains(text) != negated);
  }

  /** Whether it holds for all of them. */
  boolean certain(String other, String... texts) {
    return key.equals(other) && Stream.of(texts).allMatch(text -> values.contains(text) != negated);
  }

  private void requireKind(ModelConfig config, Kind kind) {
    if (values.stream().anyMatch(legal -> reference(legal).isPresent())) {
      return;
    }
    var legal = values.stream().map(Kind::of).filter(k -> k != Kind.NONE).distinct().toList();
    boolean flag = legal.equals(List.of(Kind.FLAG));
    boolean word = !legal.isEmpty() && !legal.contains(Kind.LIST) && kind == Kind.LIST;
    if (kind == Kind.MAP || word || flag) {
      throw config.unexpected(key, flag ? "true or false" : "one of " + values);
    }
  }

  /** Returns {@code other} for the text <code>${other}</code>; empty for any other text. */
  static Optional<String> reference(String text) {
    return text.startsWith("${") && text.endsWith("}")
        ? Optional.of(text.substring(2, text.length() - 1))
        : Optional.empty();
  }

  private static String expected(ModelConfig config, String legal) {
    return reference(legal)
        .map(other -> text(config, other, config.kind(other)))
        .orElseGet(() -> plain(legal));
  }

  /** Truth values have several spellings. */
  private static String text(ModelConfig config, String key, Kind kind) {
    return kind == Kind.FLAG
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

package io.shardwright.testkit;

import io.shardwright.spi.Condition;
import io.shardwright.spi.LayerSet;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Matches names with rows' patterns, and formats rows for messages. */
final class RowName {
  private static final List<String> PREFIXES =
      List.of("model.module.", "model.", "enc_dec_model.module.", "enc_dec_model.");

  private RowName() {}

  /** Returns a stored name's format's prefix. */
  static String prefix(String stored) {
    return PREFIXES.stream().filter(stored::startsWith).findFirst().orElse("");
  }

  /** Removes a format's prefix from a stored name. */
  static String withoutPrefix(String stored) {
    return stored.substring(prefix(stored).length());
  }

  static boolean matches(String pattern, String name) {
    String[] texts = pattern.split("\\*", -1);
    String number = "[0-9]{1,6}";
    return name.matches(Stream.of(texts).map(Pattern::quote).collect(Collectors.joining(number)));
  }

  /** Tells whether the layer that a matching name tells has the row. */
  static boolean isOn(ParameterRule rule, String name, ModelConfig config) {
    if (!rule.perLayer()) {
      return true;
    }
    String number = name.substring(rule.pattern().indexOf('*')).split("[^0-9]", 2)[0];
    return rule.isOn(config, Integer.parseInt(number));
  }

  static long stars(String pattern) {
    return pattern.chars().filter(c -> c == '*').count();
  }

  /** Returns all names of a pattern in one layer of a model with a number of experts. */
  static List<String> names(String pattern, long layer, long experts) {
    String name = pattern.replaceFirst("\\*", Long.toString(layer));
    return stars(name) == 0
        ? List.of(name)
        : LongStream.range(0, experts)
            .mapToObj(expert -> name.replaceFirst("\\*", Long.toString(expert)))
            .toList();
  }

  /** Returns a row without its layers, which a configuration may settle (see {@link LayerSet}). */
  static ParameterRule anywhere(ParameterRule rule) {
    return rule.onLayers(LayerSet.ALL);
  }

  /** Formats a row as its author wrote it, for messages. */
  static String of(ParameterRule rule) {
    return rule.cut().name().toLowerCase(Locale.ROOT)
        + "(\""
        + rule.pattern()
        + "\")"
        + rule.conditions().stream().map(RowName::of).collect(Collectors.joining());
  }

  private static String of(Condition condition) {
    return (condition.negated() ? " unless " : " when ")
        + condition.key()
        + " is "
        + String.join(" or ", condition.values());
  }
}

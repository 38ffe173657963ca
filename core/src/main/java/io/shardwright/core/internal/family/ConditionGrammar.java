package io.shardwright.core.internal.family;

import io.shardwright.core.internal.codec.yaml.YamlNode;
import io.shardwright.core.internal.codec.yaml.YamlNode.Field;
import io.shardwright.core.internal.codec.yaml.YamlNode.Items;
import io.shardwright.spi.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads conditions: {@code when:} and {@code unless:}. */
final class ConditionGrammar {
  static final List<String> KEYS = List.of("when", "unless");

  private ConditionGrammar() {}

  /** The conditions of a section, all of which must hold. */
  static List<Condition> of(Section section) {
    var all = new ArrayList<Condition>();
    for (String key : KEYS) {
      section.get(key).ifPresent(node -> read(node, key, section, all));
    }
    return List.copyOf(all);
  }

  private static void read(YamlNode node, String key, Section section, List<Condition> all) {
    List<YamlNode> maps = node instanceof Items list ? list.items() : List.of(node);
    for (YamlNode map : maps) {
      for (Field field : Section.open(map, "'" + key + "'", section.problems()).fields()) {
        String name = field.key().text();
        var values =
            section.texts(field.value(), "'" + name + "'").stream()
                .map(ConditionGrammar::value)
                .toList();
        all.add(new Condition(name, values, key.equals("unless")));
      }
    }
  }

  /** References keep their case: they are keys. */
  private static String value(String text) {
    return text.startsWith("${") ? text : text.toLowerCase(Locale.ROOT);
  }

  /** Sets of conditions, of which one must hold; one set that always holds where there is none. */
  static List<List<Condition>> alternatives(Optional<YamlNode> node, String what, Problems found) {
    if (node.isEmpty()) {
      return List.of(List.of());
    }
    List<YamlNode> sets = node.get() instanceof Items list ? list.items() : List.of(node.get());
    return sets.stream().map(set -> of(Section.of(set, what, found, KEYS))).toList();
  }
}

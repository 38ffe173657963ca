package io.shardwright.core.internal.family;

import io.shardwright.core.internal.codec.yaml.YamlNode;
import io.shardwright.spi.KeyRule;
import io.shardwright.spi.KeyRule.Kind;
import io.shardwright.spi.Naming;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Reads what configuration keys mean. */
final class KeyRuleGrammar {
  private static final Map<String, Kind> KINDS =
      Map.of("unreadable", Kind.UNREADABLE, "refused", Kind.REFUSED, "becomes", Kind.BECOMES);
  private static final List<String> KEYS =
      Stream.of(KINDS.keySet(), List.of("because", "is", "from", "to"), ConditionGrammar.KEYS)
          .flatMap(keys -> keys.stream())
          .sorted()
          .toList();
  private static final Map<String, Naming> NAMINGS = namings();

  private KeyRuleGrammar() {}

  private static Map<String, Naming> namings() {
    var all = new HashMap<>(NamingGrammar.WORDS);
    all.put("hugging_face", Naming.HUGGING_FACE);
    return Map.copyOf(all);
  }

  static List<KeyRule> rules(Section family) {
    return family.items("key_rules").stream()
        .flatMap(node -> rule(node, family.problems()).stream())
        .toList();
  }

  private static List<KeyRule> rule(YamlNode node, Problems found) {
    var section = Section.of(node, "a key's rule", found, KEYS);
    var kinds = KINDS.keySet().stream().filter(section::has).sorted().toList();
    if (kinds.size() != 1) {
      section.problem(
          "a key's rule has "
              + Words.listed(kinds)
              + ", expected exactly one of becomes, refused, unreadable");
      return List.of();
    }
    Kind kind = KINDS.get(kinds.get(0));
    return List.of(
        new KeyRule(
            kind,
            section.needText(kinds.get(0)),
            namings(section, "from"),
            namings(section, "to"),
            ConditionGrammar.of(section),
            section.needText(kind == Kind.BECOMES ? "is" : "because")));
  }

  private static Set<Naming> namings(Section section, String key) {
    return section.has(key) ? Set.copyOf(section.words(key, NAMINGS)) : EnumSet.allOf(Naming.class);
  }
}

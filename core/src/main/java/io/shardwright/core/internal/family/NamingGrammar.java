package io.shardwright.core.internal.family;

import io.shardwright.core.internal.codec.yaml.YamlNode;
import io.shardwright.core.internal.codec.yaml.YamlNode.Field;
import io.shardwright.core.internal.codec.yaml.YamlNode.Scalar;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the namings of a family. */
final class NamingGrammar {
  static final Map<String, Naming> WORDS = Map.of("mcore", Naming.MCORE, "legacy", Naming.LEGACY);
  private static final List<String> KEYS = List.of("in_use", "possible", "keys", "rows");

  private NamingGrammar() {}

  static DeclaredFamilyAdapter.DeclaredNaming of(
      Naming naming, YamlNode node, Declaration.Lines lines, Problems found) {
    var section = Section.of(node, "a naming", found, KEYS);
    return new DeclaredFamilyAdapter.DeclaredNaming(
        naming,
        ConditionGrammar.alternatives(section.get("in_use"), "'in_use'", found),
        ConditionGrammar.alternatives(section.get("possible"), "'possible'", found),
        keys(section, "keys"),
        table(section, lines));
  }

  static ParameterTable table(Section section, Declaration.Lines lines) {
    section.need("rows");
    var rows = RowGrammar.rows(section);
    rows.forEach(row -> lines.add(row.rule(), row.place().line()));
    return new ParameterTable(rows.stream().map(RowGrammar.Row::rule).toList());
  }

  /** Keys and plain values. */
  static Map<String, String> keys(Section section, String name) {
    var keys = new LinkedHashMap<String, String>();
    section
        .get(name)
        .ifPresent(
            node -> {
              for (Field field :
                  Section.open(node, "'" + name + "'", section.problems()).fields()) {
                keys.put(field.key().text(), scalar(field, section));
              }
            });
    return keys;
  }

  private static String scalar(Field field, Section section) {
    if (field.value() instanceof Scalar value) {
      return value.text();
    }
    section
        .problems()
        .add(
            field.value().place(),
            "a key's value is " + field.value().kind() + ", expected a word");
    return "null";
  }
}

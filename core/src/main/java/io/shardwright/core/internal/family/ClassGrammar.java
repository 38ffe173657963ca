package io.shardwright.core.internal.family;

import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.codec.yaml.YamlNode;
import io.shardwright.core.internal.codec.yaml.YamlNode.Fields;
import io.shardwright.core.internal.codec.yaml.YamlNode.Place;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the Hugging Face classes of a family. */
final class ClassGrammar {
  private static final List<String> KEYS =
      List.of(
          "architecture",
          "model_type",
          "restores",
          "namings",
          "base",
          "variant",
          "picks",
          "keys",
          "rows");

  private final List<DeclaredFamilyAdapter.DeclaredNaming> namings;
  private final List<String> restores;
  private final Declaration.Lines lines;

  /**
   * The grammar within a family.
   *
   * @param restores the family's NeMo classes
   */
  ClassGrammar(
      List<DeclaredFamilyAdapter.DeclaredNaming> namings,
      List<String> restores,
      Declaration.Lines lines) {
    this.namings = namings;
    this.restores = restores;
    this.lines = lines;
  }

  List<HuggingFaceModel> classes(Section family) {
    return family.items("hugging_face").stream()
        .map(node -> model(Section.of(node, "a class", family.problems(), KEYS)))
        .toList();
  }

  private HuggingFaceModel model(Section section) {
    return HuggingFaceModel.of(section.needText("model_type"), section.needText("architecture"))
        .restores(restores(section))
        .namings(namings(section).toArray(Naming[]::new))
        .base(base(section))
        .dialect(KeyGrammar.keys(section))
        .names(table(section))
        .variant(conditions(section, "variant"))
        .picks(conditions(section, "picks"))
        .build();
  }

  private String restores(Section section) {
    String name = section.needText("restores");
    if (!restores.contains(name)) {
      section
          .problems()
          .add(
              section.at("restores"),
              "'restores' is '" + name + "', " + Words.expected(name, restores));
    }
    return name;
  }

  private List<Naming> namings(Section section) {
    Map<String, Naming> known = new LinkedHashMap<>();
    NamingGrammar.WORDS.forEach(
        (word, naming) -> {
          if (namings.stream().anyMatch(declared -> declared.naming() == naming)) {
            known.put(word, naming);
          }
        });
    section.need("namings");
    return section.words("namings", known);
  }

  private static String base(Section section) {
    Optional<YamlNode> base = section.need("base");
    if (base.isPresent() && base.get() instanceof Fields fields) {
      return new String(YamlDocument.of(fields, Guard.standard()).write(), StandardCharsets.UTF_8);
    }
    base.ifPresent(node -> Section.open(node, "'base'", section.problems()));
    return "";
  }

  private static List<Condition> conditions(Section section, String key) {
    return section
        .get(key)
        .map(
            node ->
                ConditionGrammar.of(
                    Section.of(node, "'" + key + "'", section.problems(), ConditionGrammar.KEYS)))
        .orElse(List.of());
  }

  private ParameterTable table(Section section) {
    ParameterTable table = NamingGrammar.table(section, lines);
    var known =
        namings.stream()
            .flatMap(declared -> declared.rows().rules().stream())
            .map(ParameterRule::canonical)
            .distinct()
            .toList();
    for (ParameterRule rule : table.rules()) {
      if (!known.contains(rule.canonical())) {
        section
            .problems()
            .add(
                new Place(lines.of(rule), 1),
                "no naming has a row of '"
                    + rule.canonical()
                    + "'"
                    + near(rule.canonical(), known));
      }
    }
    return table;
  }

  private static String near(String name, List<String> known) {
    return Words.nearest(name, known)
        .map(near -> ", expected its canonical name: did you mean '" + near + "'?")
        .orElse(": say with 'of' what the row is of");
  }
}

package io.shardwright.core.internal.family;

import io.shardwright.core.internal.bytes.Spelling;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.codec.yaml.YamlNode;
import io.shardwright.core.internal.codec.yaml.YamlNode.Field;
import io.shardwright.core.internal.codec.yaml.YamlNode.Fields;
import io.shardwright.core.internal.codec.yaml.YamlNode.Place;
import io.shardwright.core.internal.codec.yaml.YamlNode.Scalar;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.config.Codec;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.TransformersKeys;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads the Hugging Face classes of a family.
 *
 * @param restores the family's NeMo classes
 * @param refining whether the family adds to another, whose names are not known here
 */
record ClassGrammar(
    List<DeclaredFamilyAdapter.DeclaredNaming> namings,
    List<String> restores,
    Declaration.Lines lines,
    boolean refining) {
  private static final List<String> KEYS =
      List.of(
          "architecture",
          "model_type",
          "refines",
          "restores",
          "namings",
          "base",
          "variant",
          "picks",
          "keys",
          "rows");

  List<HuggingFaceModel> classes(Section family) {
    return family.items("hugging_face").stream()
        .map(node -> model(Section.of(node, "a class", family.problems(), KEYS)))
        .toList();
  }

  private HuggingFaceModel model(Section section) {
    var model =
        HuggingFaceModel.of(section.needText("model_type"), section.needText("architecture"))
            .variant(conditions(section, "variant"))
            .picks(conditions(section, "picks"));
    boolean whole = section.text("refines").map(model::refines).isEmpty();
    if (!whole && !refining) {
      section.problem("'refines' is for a class of a family that refines another");
    }
    if (whole || section.has("restores")) {
      model.restores(restores(section));
    }
    if (whole || section.has("namings")) {
      model.namings(namings(section).toArray(Naming[]::new));
    }
    if (whole || section.has("base")) {
      model.base(base(section));
    }
    if (whole || section.has("rows")) {
      model.names(table(section));
    }
    return model.dialect(KeyGrammar.keys(section)).build();
  }

  private String restores(Section section) {
    String name = section.needText("restores");
    if (!refining && !restores.contains(name)) {
      section.problem(
          "restores", "'restores' is '" + name + "', " + Words.expected(name, restores));
    }
    return name;
  }

  private List<Naming> namings(Section section) {
    Map<String, Naming> known = new LinkedHashMap<>();
    NamingGrammar.WORDS.forEach(
        (word, naming) -> {
          if (refining || namings.stream().anyMatch(declared -> declared.naming() == naming)) {
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
      if (!refining && !known.contains(rule.canonical())) {
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
    return Spelling.nearest(name, known)
        .map(near -> ", expected its canonical name: did you mean '" + near + "'?")
        .orElse(": name the row's tensor with 'of'");
  }

  /** Reads a row of a dialect, which relates configuration keys. */
  private static final class KeyGrammar {
    private static final String STANDARD = "standard";
    private static final List<String> KINDS =
        List.of(
            "same",
            "also",
            "words",
            "inverted",
            "cases",
            "offset",
            "only",
            "unsaid",
            "means",
            STANDARD);
    private static final List<String> KEYS =
        Stream.concat(KINDS.stream(), Stream.of("from", "else", "is", "to", "by")).toList();
    private static final Map<String, ConfigKey> STANDARDS =
        Map.of(
            "head_size", ConfigKey.headSize("head_dim"),
            "inner", ConfigKey.innerSize("n_inner"),
            "labels", TransformersKeys.LABELS,
            "image", TransformersKeys.IMAGE,
            "patch", TransformersKeys.PATCH,
            "window", TransformersKeys.WINDOW,
            "rope_scaling", TransformersKeys.ROPE_SCALING,
            "image_size", TransformersKeys.imageByPositions());

    private KeyGrammar() {}

    static Dialect keys(Section section) {
      return TransformersKeys.CONFIG.with(
          section.items("keys").stream()
              .flatMap(node -> key(Section.of(node, "a key", section.problems(), KEYS)).stream())
              .toArray(ConfigKey[]::new));
    }

    private static Optional<ConfigKey> key(Section row) {
      var named = KINDS.stream().filter(row::has).toList();
      if (named.size() != 1) {
        row.problem(
            "a key has "
                + Words.listed(named)
                + ", expected exactly one of "
                + String.join(", ", KINDS));
        return Optional.empty();
      }
      String kind = named.get(0);
      return switch (kind) {
        case STANDARD -> row.word(kind, STANDARDS).map(key -> standard(key, row));
        case "only" -> Optional.of(ConfigKey.only(row.needText(kind), is(row)));
        case "unsaid" -> Optional.of(ConfigKey.unsaid(row.needText(kind), is(row)));
        case "means" -> Optional.of(ConfigKey.means(row.needText(kind), is(row)));
        default -> Optional.of(related(row, kind));
      };
    }

    private static ConfigKey related(Section row, String kind) {
      needFrom(row);
      String canonical = row.needText(kind);
      ConfigKey key =
          switch (kind) {
            case "words" -> ConfigKey.words(canonical, "", words(row));
            case "inverted" -> ConfigKey.inverted(canonical, "");
            case "cases" -> ConfigKey.of(canonical, new Codec.Cases(cases(row)));
            case "offset" -> ConfigKey.of(canonical, offset(row));
            case "also" -> ConfigKey.also(canonical);
            default -> ConfigKey.same(canonical);
          };
      return orElse(key.from(row.texts("from")), row);
    }

    /**
     * A standard key, which may have another name on the other side, or stand for another value.
     */
    private static ConfigKey standard(ConfigKey key, Section row) {
      if (key.own().isEmpty() || row.has("from")) {
        needFrom(row);
      }
      return orElse(row.has("from") ? key.from(row.texts("from")) : key, row);
    }

    private static void needFrom(Section row) {
      if (row.need("from").isPresent() && row.texts("from").isEmpty()) {
        row.problem("from", "'from' has no keys, expected at least one");
      }
    }

    private static ConfigKey orElse(ConfigKey key, Section row) {
      return row.text("else").map(key::orElse).orElse(key);
    }

    private static String[] is(Section row) {
      row.need("is");
      return row.texts("is").toArray(String[]::new);
    }

    private static Codec offset(Section row) {
      row.need("by");
      return new Codec.Offset(row.number("by").orElse(0));
    }

    private static Map<String, Map<String, String>> cases(Section row) {
      var cases = new LinkedHashMap<String, Map<String, String>>();
      for (Field field : to(row)) {
        cases.put(field.key().text(), words(fields(field.value(), row), row));
      }
      return cases;
    }

    private static Map<String, String> words(Section row) {
      return words(to(row), row);
    }

    private static Map<String, String> words(List<Field> fields, Section row) {
      var words = new LinkedHashMap<String, String>();
      for (Field field : fields) {
        if (field.value() instanceof Scalar word) {
          words.put(field.key().text(), word.text());
        } else {
          row.problems()
              .add(field.value().place(), "'to' has " + field.value().kind() + ", expected words");
        }
      }
      return words;
    }

    private static List<Field> to(Section row) {
      return row.need("to").map(node -> fields(node, row)).orElse(List.of());
    }

    private static List<Field> fields(YamlNode node, Section row) {
      return Section.open(node, "'to'", row.problems()).fields();
    }
  }
}

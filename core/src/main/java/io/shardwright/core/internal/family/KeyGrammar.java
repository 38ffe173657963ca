package io.shardwright.core.internal.family;

import io.shardwright.core.internal.codec.yaml.YamlNode;
import io.shardwright.core.internal.codec.yaml.YamlNode.Field;
import io.shardwright.core.internal.codec.yaml.YamlNode.Scalar;
import io.shardwright.spi.ConfigKey;
import io.shardwright.spi.ConfigKey.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads a row of how configuration keys relate. */
final class KeyGrammar {
  private static final String STANDARD = "standard";
  private static final Map<String, Kind> RELATED =
      Map.of("same", Kind.SAME, "also", Kind.ALSO, "words", Kind.WORDS);
  private static final List<String> KINDS =
      List.of("same", "also", "words", "only", "unsaid", "means", STANDARD);
  private static final List<String> KEYS =
      Stream.concat(KINDS.stream(), Stream.of("from", "else", "is", "to")).toList();
  private static final Map<String, ConfigKey> STANDARDS =
      Map.of(
          "head_size", ConfigKey.of(Kind.HEAD_SIZE),
          "inner", ConfigKey.of(Kind.INNER),
          "labels", ConfigKey.of(Kind.LABELS),
          "image", ConfigKey.of(Kind.IMAGE),
          "patch", ConfigKey.of(Kind.PATCH),
          "window", ConfigKey.of(Kind.WINDOW),
          "rope_scaling", ConfigKey.of(Kind.ROPE_SCALING),
          "image_size",
              new ConfigKey(Kind.IMAGE_SIZE, List.of(), "img_h", Map.of(), Optional.empty()));

  private KeyGrammar() {}

  static List<ConfigKey> keys(Section section) {
    return section.items("keys").stream()
        .flatMap(node -> key(Section.of(node, "a key", section.problems(), KEYS)).stream())
        .toList();
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
    row.need("from");
    Map<String, String> words = kind.equals("words") ? words(row) : Map.of();
    return new ConfigKey(
        RELATED.get(kind), row.texts("from"), row.needText(kind), words, row.text("else"));
  }

  /** A standard key, which may have another name on the other side, or stand for another value. */
  private static ConfigKey standard(ConfigKey key, Section row) {
    if (key.huggingFace().isEmpty()) {
      row.need("from");
    }
    return new ConfigKey(
        key.kind(),
        row.has("from") ? row.texts("from") : key.huggingFace(),
        key.nemo(),
        key.words(),
        row.text("else").or(key::value));
  }

  private static String is(Section row) {
    row.need("is");
    return String.join("|", row.texts("is"));
  }

  private static Map<String, String> words(Section row) {
    Optional<YamlNode> node = row.need("to");
    var words = new LinkedHashMap<String, String>();
    if (node.isPresent()) {
      for (Field field : Section.open(node.get(), "'to'", row.problems()).fields()) {
        if (field.value() instanceof Scalar word) {
          words.put(field.key().text(), word.text());
        } else {
          row.problems()
              .add(field.value().place(), "'to' has " + field.value().kind() + ", expected words");
        }
      }
    }
    return words;
  }
}

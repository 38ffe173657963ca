package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.ConfigKey;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The kinds of values that a document must have under its keys: that of the value that stands for
 * an absent key. A value of another kind is refused; none is taken for absent.
 */
final class ValueKinds {
  private static final Map<String, Kind> ALWAYS =
      Map.of(
          "architectures", Kind.LIST,
          "model_type", Kind.TEXT,
          "vocab_size", Kind.WHOLE,
          "id2label", Kind.MAP,
          "layer_types", Kind.LIST,
          "rope_scaling", Kind.MAP,
          "rope_parameters", Kind.MAP,
          "use_sliding_window", Kind.FLAG);

  private final HuggingFaceConfig config;
  private final YamlDocument base;
  private final List<String> wrong = new ArrayList<>();

  /** The kinds of the documents of a class. */
  ValueKinds(HuggingFaceConfig config, HuggingFaceModel model) {
    this.config = config;
    byte[] text = model.base().getBytes(StandardCharsets.UTF_8);
    this.base = YamlDocument.parse(new MemorySource(text, model.modelType()), Guard.standard());
    new TreeMap<>(ALWAYS).forEach(this::require);
  }

  /** Whether all values of a row are of its kind; those that are not are remembered. */
  boolean require(ConfigKey row) {
    Kind expected = kind(row);
    return row.huggingFace().stream().filter(key -> !require(key, expected)).count() == 0;
  }

  private Kind kind(ConfigKey row) {
    return switch (row.kind()) {
      case SAME, ALSO -> {
        Kind usual = base.kind(row.nemo());
        yield usual == Kind.NONE ? absent(row) : usual;
      }
      case ONLY -> absent(row);
      case HEAD_SIZE, INNER, LABELS, WINDOW -> Kind.WHOLE;
      case ROPE_SCALING -> Kind.MAP;
      case IMAGE, PATCH -> Kind.LIST;
      default -> Kind.NONE;
    };
  }

  private static Kind absent(ConfigKey row) {
    return row.value().map(Kind::of).orElse(Kind.NONE);
  }

  /**
   * Whether a value is of a kind; what is not is remembered.
   *
   * @param expected {@link Kind#NONE} for any scalar
   */
  boolean require(String key, Kind expected) {
    Kind found = config.kind(key);
    boolean fits =
        switch (expected) {
          case NONE -> found != Kind.LIST && found != Kind.MAP && !isQuoted(key, found);
          case WHOLE -> isWhole(key, found);
          case NUMBER -> isWhole(key, found) || found == Kind.NUMBER && isFinite(key);
          case LIST -> found == Kind.LIST || isWhole(key, found);
          default -> found == expected;
        };
    if (found != Kind.NONE && !fits) {
      wrong.add(config.unlike(key, words(expected)));
    }
    return found == Kind.NONE || fits;
  }

  private static String words(Kind expected) {
    return switch (expected) {
      case NONE -> "one value";
      case WHOLE -> "a whole number below 10^18";
      case NUMBER -> "a finite number";
      default -> expected.toString();
    };
  }

  private boolean isWhole(String key, Kind found) {
    return found == Kind.WHOLE && config.text(key).orElse("").matches("[0-9]{1,18}");
  }

  private boolean isFinite(String key) {
    return config.text(key).filter(ValueKinds::isFiniteNumber).isPresent();
  }

  private static boolean isFiniteNumber(String text) {
    return Kind.of(text) == Kind.NUMBER
        && !text.contains("n")
        && Double.isFinite(Double.parseDouble(text));
  }

  /** A text that would become a number, or nothing, where it is written without its quotes. */
  private boolean isQuoted(String key, Kind found) {
    return found == Kind.TEXT
        && config.text(key).filter(text -> Kind.of(text) != Kind.TEXT).isPresent();
  }

  /** A sentence for each value that is of another kind. */
  List<String> wrong() {
    return wrong.stream().distinct().toList();
  }
}

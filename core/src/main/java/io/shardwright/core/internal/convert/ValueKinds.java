package io.shardwright.core.internal.convert;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.config.Codec;
import io.shardwright.spi.config.Codec.Special;
import io.shardwright.spi.config.ConfigKey;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Checks the kinds of a document's values: each must be of the kind of its key's default. A value
 * of another kind is refused; it never counts as absent.
 */
final class ValueKinds {
  private final ModelConfig config;
  private final ModelConfig base;
  private final Set<String> wrong = new LinkedHashSet<>();

  /**
   * The kinds of a document's values.
   *
   * @param base a canonical configuration that shows of what kind values are
   */
  ValueKinds(ModelConfig config, ModelConfig base) {
    this.config = config;
    this.base = base;
  }

  /** Whether all values of a row are of its kind; those that are not are remembered. */
  boolean require(ConfigKey row) {
    if (row.codec() instanceof Codec.LayerKinds) {
      return row.own().stream().filter(key -> !require(key, Kind.LIST)).count() == 0;
    }
    if (row.codec() == Special.LIST) {
      return row.own().stream().filter(key -> !requireItems(key)).count() == 0;
    }
    Kind expected = kind(row);
    return row.own().stream().filter(key -> !require(key, expected)).count() == 0;
  }

  private boolean requireItems(String key) {
    return config.kind(key) == Kind.LIST || require(key, Kind.NONE);
  }

  private Kind kind(ConfigKey row) {
    Codec codec = row.codec();
    if (codec instanceof Codec.Flag) {
      return Kind.FLAG;
    }
    if (codec instanceof Codec.Same || codec instanceof Codec.Otherwise) {
      Kind usual = row.canonical().isEmpty() ? Kind.NONE : base.kind(row.canonical());
      return usual == Kind.NONE ? row.absent().map(Kind::of).orElse(Kind.NONE) : usual;
    }
    if (codec instanceof Special special) {
      return switch (special) {
        case LABELS, WINDOW, DENSE_FIRST, PREDICTION -> Kind.WHOLE;
        case ROTARY_SCALING, LATENT_SCALING -> Kind.MAP;
        case SIDES, SQUARE, SPARSE_STEP, EXPERT_LAYERS -> Kind.LIST;
        case POSITIONS, LIST -> Kind.NONE;
      };
    }
    return codec instanceof Codec.Usual
            || codec instanceof Codec.Offset
            || codec instanceof Codec.Multiple
        ? Kind.WHOLE
        : Kind.NONE;
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
          case NONE -> isScalar(config, key);
          case WHOLE -> isWhole(key, found);
          case NUMBER -> isWhole(key, found) || found == Kind.NUMBER && isFinite(key);
          case LIST -> found == Kind.LIST || isWhole(key, found);
          default -> found == expected;
        };
    if (found != Kind.NONE && !fits) {
      refuse(config.unlike(key, words(expected)));
    }
    return found == Kind.NONE || fits;
  }

  private static String words(Kind expected) {
    return switch (expected) {
      case NONE -> "one value";
      case WHOLE -> "a whole number below 10^18";
      case NUMBER -> "a finite number";
      case LIST -> "a whole number or a list";
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

  /** Whether a value is one value, and no text that would be another one without its quotes. */
  static boolean isScalar(ModelConfig config, String key) {
    return switch (config.kind(key)) {
      case LIST, MAP -> false;
      case TEXT -> Kind.of(config.text(key).orElse("")) == Kind.TEXT;
      default -> true;
    };
  }

  /** Adds a sentence about a value. */
  void refuse(String sentence) {
    wrong.add(sentence);
  }

  /** A sentence for each value that is of another kind. */
  Set<String> wrong() {
    return wrong;
  }
}

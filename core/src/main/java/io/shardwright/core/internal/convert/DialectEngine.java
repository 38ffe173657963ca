package io.shardwright.core.internal.convert;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Size;
import io.shardwright.spi.config.Codec;
import io.shardwright.spi.config.Codec.Scalar;
import io.shardwright.spi.config.Codec.Side;
import io.shardwright.spi.config.Codec.Special;
import io.shardwright.spi.config.Codec.Usual;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Applies a dialect's rows in both directions; the only place that decides what a row means. */
final class DialectEngine {
  /** A codec at work. */
  interface Relation {
    /** From a document; what it says of the row, or what its silence stands for. */
    void read(ConfigKey row, Optional<String> said, Reading in);

    /** To a document; what the canonical configuration says of the row. */
    default void write(ConfigKey row, Optional<String> value, Writing out) {
      value.ifPresent(text -> out.put(row, text));
    }
  }

  private DialectEngine() {}

  /** A row's relation. */
  static Relation of(ConfigKey row) {
    Codec codec = row.codec();
    if (codec instanceof Scalar scalar) {
      return row.canonical().isEmpty()
          ? new Only()
          : row.own().isEmpty() ? new Means() : new Value(scalar);
    }
    if (codec instanceof Usual usual) {
      return new Derived(usual);
    }
    if (codec instanceof Codec.LayerKinds kinds) {
      return new LayerPattern(kinds);
    }
    if (codec instanceof Codec.Multiple multiple) {
      return new Multiples(multiple);
    }
    return codec instanceof Codec.Cases cases ? new Together(cases) : of((Special) codec);
  }

  private static Relation of(Special codec) {
    return switch (codec) {
      case LABELS -> new Labels();
      case LIST -> new ListedItems();
      case POSITIONS -> ImageSides.POSITIONS;
      case SIDES -> ImageSides.SIDES;
      case SQUARE -> ImageSides.SQUARE;
      case WINDOW -> new Window();
      case ROTARY_SCALING -> new RopeScaling();
      case LATENT_SCALING -> new LatentScaling();
      case DENSE_FIRST -> ExpertLayers.DENSE_FIRST;
      case SPARSE_STEP -> ExpertLayers.SPARSE_STEP;
      case EXPERT_LAYERS -> ExpertLayers.EXPERT_LAYERS;
      case PREDICTION -> new PredictionLayers();
    };
  }

  /** One value here, one there. */
  private record Value(Scalar codec) implements Relation {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      said.filter(own -> codec.canonical(own).isEmpty())
          .ifPresent(own -> in.refuse(row, own, expected()));
      said.flatMap(codec::canonical).ifPresent(value -> in.set(row.canonical(), value));
    }

    /** A canonical flag that is not there is off, whatever the dialect's absent one is. */
    private List<String> unset(ConfigKey row) {
      if (codec instanceof Codec.Flag flag) {
        return flag.own("false");
      }
      return codec instanceof Codec.Otherwise otherwise
          ? List.of(otherwise.unset())
          : row.absent().stream().toList();
    }

    private String expected() {
      return codec instanceof Codec.Words words
          ? "one of " + words.words().keySet().stream().sorted().toList()
          : "a whole number";
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      var own = value.map(codec::own).orElse(unset(row));
      if (!own.isEmpty()) {
        out.put(row, row.absent().filter(own::contains).orElse(own.get(0)));
      } else {
        value.ifPresent(text -> out.refuse(row, text, ""));
      }
    }
  }

  /** What the dialect alone has a key for. */
  private record Only() implements Relation {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      String legal = "'" + String.join("|", row.values()) + "': NeMo can't express it";
      said.filter(value -> !isAmong(row.values(), value))
          .ifPresent(value -> in.refuse(row, value, legal));
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      row.absent().filter(text -> !text.equals("null")).ifPresent(text -> out.put(row, text));
    }
  }

  /** What the canonical configuration alone has a key for. */
  private record Means() implements Relation {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      row.absent().ifPresent(value -> in.set(row.canonical(), value));
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      String legal = ": it means " + String.join("|", row.values());
      value
          .filter(text -> row.use() != ConfigKey.Use.READ)
          .filter(text -> !isAmong(row.values(), text))
          .ifPresent(text -> out.refuse(row, text, legal));
    }
  }

  private static boolean isAmong(List<String> legal, String value) {
    return legal.stream().anyMatch(one -> Scalars.equal(one, value));
  }

  /** A size that one side may leave out. */
  private record Derived(Usual codec) implements Relation {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      List<String> usual = usual(codec, in);
      (codec.by() != Side.CANONICAL
              ? said.or(() -> usual.stream().findFirst())
              : said.filter(size -> !isAmong(usual, size)))
          .ifPresent(size -> in.set(row.canonical(), size));
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      List<String> usual = usual(codec, out.config());
      if (row.own().isEmpty()) {
        String legal =
            ": it means "
                + codec.formula()
                + usual.stream().map(n -> ", " + n).collect(Collectors.joining());
        value.filter(size -> !isAmong(usual, size)).ifPresent(size -> out.refuse(row, size, legal));
      } else {
        value
            .or(() -> usual.stream().filter(size -> codec.by() != Side.DIALECT).findFirst())
            .ifPresent(size -> out.put(row, size));
      }
    }
  }

  /** The size that the formula tells; none where a quotient is no whole number. */
  static List<String> usual(Usual codec, ModelConfig config) {
    try {
      return new Size(codec.formula()).in(config).stream().mapToObj(Long::toString).toList();
    } catch (MalformedCheckpointException refused) {
      if (refused.code() != ErrorCode.CONFIG_CONTRADICTED) {
        throw refused;
      }
      return List.of();
    }
  }

  /** One word for what several keys say together. */
  private record Together(Codec.Cases codec) implements Relation {
    private static final String ABSENT = "false";

    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      var found = codec.cases().keySet().stream().filter(word -> holds(word, row, in)).toList();
      if (found.size() == 1) {
        in.set(row.canonical(), found.get(0));
      } else {
        in.problems()
            .add(
                in.document().saying(row.own())
                    + ", expected values for one of "
                    + codec.cases().keySet().stream().sorted().toList());
      }
    }

    private boolean holds(String word, ConfigKey row, Reading in) {
      var says = codec.cases().get(word);
      return row.own().stream()
          .filter(key -> !isElsewhere(key, says))
          .allMatch(key -> Scalars.equal(said(key, in), says.getOrDefault(key, ABSENT)));
    }

    private static boolean isElsewhere(String key, Map<String, String> says) {
      return Codec.Cases.ANY.equals(says.get(key));
    }

    private static String said(String key, Reading in) {
      return in.statements().of(List.of(key), Optional.of(ABSENT)).orElseThrow();
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      value.ifPresent(
          word ->
              codec
                  .says(word)
                  .ifPresentOrElse(
                      says ->
                          row.own().stream()
                              .filter(key -> !isElsewhere(key, says))
                              .forEach(
                                  key ->
                                      out.put(
                                          row.from(List.of(key)), says.getOrDefault(key, ABSENT))),
                      () -> out.refuse(row, word, "")));
    }
  }

  /** A number of classes, which a document says by their names. */
  private record Labels() implements Relation {
    private static final int MOST = 1_000_000;

    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      Optional<String> named =
          in.document()
              .value("id2label")
              .filter(Obj.class::isInstance)
              .map(names -> Integer.toString(((Obj) names).fields().size()));
      var places = new LinkedHashMap<String, String>();
      named.ifPresent(count -> places.put("the number of id2label", count));
      in.document().text(row.own()).ifPresent(count -> places.put(row.own().get(0), count));
      in.statements().compare(places);
      in.set(row.canonical(), named.or(() -> said).orElse("2"));
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      out.config().count(row.canonical(), 0).ifPresent(count -> names(count, out));
    }

    private static void names(long count, Writing out) {
      Obj names = Obj.empty();
      Obj numbers = Obj.empty();
      for (long label = 0; label < Math.min(count, MOST); label++) {
        names.put(Long.toString(label), new Str("LABEL_" + label));
        numbers.put("LABEL_" + label, Num.of(label));
      }
      out.put("id2label", names);
      out.put("label2id", numbers);
    }
  }
}

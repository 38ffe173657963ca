package io.shardwright.core.internal.convert;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Size;
import io.shardwright.spi.config.Codec;
import io.shardwright.spi.config.Codec.Scalar;
import io.shardwright.spi.config.Codec.Side;
import io.shardwright.spi.config.Codec.Special;
import io.shardwright.spi.config.Codec.Usual;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs a dialect's rows, in both directions: what a row means is decided here alone. */
final class DialectEngine {
  /** A codec at work. */
  interface Relation {
    /** From a document; what it says of the row, or what its silence stands for. */
    void read(ConfigKey row, Optional<String> said, Reading in);

    /** To a document; what the canonical configuration says of the row. */
    void write(ConfigKey row, Optional<String> value, Writing out);
  }

  private static final Map<Special, Relation> SPECIAL =
      Map.of(
          Special.LABELS,
          new Labels(),
          Special.POSITIONS,
          ImageSides.POSITIONS,
          Special.SIDES,
          ImageSides.SIDES,
          Special.SQUARE,
          ImageSides.SQUARE,
          Special.WINDOW,
          new Window(),
          Special.ROTARY_SCALING,
          new RopeScaling());

  private DialectEngine() {}

  /** A row's relation. */
  static Relation of(ConfigKey row) {
    Codec codec = row.codec();
    if (row.canonical().isEmpty() || row.own().isEmpty()) {
      return new Meant(codec);
    }
    if (codec instanceof Scalar scalar) {
      return new Value(scalar);
    }
    if (codec instanceof Usual usual) {
      return new Derived(usual);
    }
    return codec instanceof Codec.Cases cases ? new Together(cases) : SPECIAL.get((Special) codec);
  }

  /** One value here, one there. */
  private record Value(Scalar codec) implements Relation {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      said.ifPresent(
          own ->
              codec
                  .canonical(own)
                  .ifPresentOrElse(
                      value -> in.set(row.canonical(), value),
                      () -> in.problem(row.own().get(0) + " is '" + own + "', " + expected())));
    }

    private String expected() {
      return codec instanceof Codec.Words words
          ? "expected one of " + words.words().keySet().stream().sorted().toList()
          : "expected a whole number";
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      Optional<String> absent = row.values().stream().findFirst();
      var own = value.map(codec::own).orElse(absent.stream().toList());
      if (own.isEmpty() && value.isPresent()) {
        out.problem(row.canonical() + " is " + value.get() + ", which " + out.cant());
      } else if (row.written() && !own.isEmpty()) {
        out.put(row, absent.filter(own::contains).orElse(own.get(0)));
      }
    }
  }

  /** A fact that one side alone has a key for: it must be what the other means. */
  private record Meant(Codec codec) implements Relation {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      if (row.own().isEmpty()) {
        row.values().stream().findFirst().ifPresent(value -> in.set(row.canonical(), value));
        return;
      }
      said.filter(value -> row.values().stream().noneMatch(legal -> Scalars.equal(value, legal)))
          .ifPresent(
              value ->
                  in.problem(
                      row.own().get(0)
                          + " is '"
                          + value
                          + "', expected '"
                          + String.join("|", row.values())
                          + "': NeMo can't express it"));
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      if (row.canonical().isEmpty()) {
        row.values().stream()
            .limit(row.written() ? 1 : 0)
            .filter(text -> !text.equals("null"))
            .forEach(text -> out.put(row, text));
        return;
      }
      List<String> legal = legal(row, out.config());
      value
          .filter(text -> !legal.isEmpty())
          .filter(text -> legal.stream().noneMatch(meant -> Scalars.equal(text, meant)))
          .ifPresent(
              text ->
                  out.problem(
                      row.canonical()
                          + " is "
                          + text
                          + ", which "
                          + out.cant()
                          + ": it means "
                          + (codec instanceof Usual usual ? usual.formula() + ", " : "")
                          + String.join("|", legal)));
    }

    private List<String> legal(ConfigKey row, ModelConfig config) {
      return codec instanceof Usual usual ? usual(usual, config).stream().toList() : row.values();
    }
  }

  /** A size that one side may leave out. */
  private record Derived(Usual codec) implements Relation {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      Optional<String> usual = usual(codec, in.canonical());
      if (codec.by() == Side.DIALECT) {
        said.or(() -> usual).ifPresent(size -> in.set(row.canonical(), size));
      } else {
        said.filter(size -> usual.filter(known -> Scalars.equal(known, size)).isEmpty())
            .ifPresent(size -> in.set(row.canonical(), size));
      }
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      value
          .or(() -> codec.by() == Side.DIALECT ? Optional.empty() : usual(codec, out.config()))
          .ifPresent(size -> out.put(row, size));
    }
  }

  private static Optional<String> usual(Usual codec, ModelConfig config) {
    try {
      return new Size(codec.formula()).in(config).stream().mapToObj(Long::toString).findFirst();
    } catch (MalformedCheckpointException untold) {
      return Optional.empty();
    }
  }

  /** One word for what several keys say together. */
  private record Together(Codec.Cases codec) implements Relation {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      var found = codec.cases().keySet().stream().filter(word -> holds(word, row, in)).toList();
      if (found.size() == 1) {
        in.set(row.canonical(), found.get(0));
      } else {
        in.problem(in.document().saying(row.own()) + ", expected one of " + codec.cases());
      }
    }

    private boolean holds(String word, ConfigKey row, Reading in) {
      return row.own().stream()
          .allMatch(
              key ->
                  Scalars.equal(
                      in.document().text(key).orElse("false"),
                      codec.cases().get(word).getOrDefault(key, "false")));
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      value.ifPresent(
          word -> {
            var says = codec.cases().get(word);
            if (says == null) {
              out.problem(row.canonical() + " is " + word + ", which " + out.cant());
            } else {
              row.own().forEach(key -> out.put(key, says.getOrDefault(key, "false")));
            }
          });
    }
  }
}

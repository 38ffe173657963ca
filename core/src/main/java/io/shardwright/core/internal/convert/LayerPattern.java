package io.shardwright.core.internal.convert;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.config.Codec.LayerKinds;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A word for each layer there; a period here, or 0 or 1 for each. */
record LayerPattern(LayerKinds words) implements DialectEngine.Relation {
  private static final int MOST = 10_000;

  @Override
  public void read(ConfigKey row, Optional<String> said, Reading in) {
    OptionalLong layers = layers(in);
    Optional<List<Boolean>> period = said.map(n -> periodic(Long.parseLong(n), layers));
    JsonValue listed = in.document().value(row.own().get(0)).orElse(Null.NULL);
    if (!(listed instanceof Arr list) || list.items().isEmpty()) {
      period.ifPresent(pattern -> in.set(row.canonical(), canonical(pattern, row)));
      return;
    }
    var kinds = list.items().stream().map(item -> DialectDocument.text(item).orElse("")).toList();
    var other = kinds.stream().filter(kind -> !isWord(kind)).findFirst();
    other.ifPresent(kind -> in.refuse(row, kind, words.first() + " or " + words.second()));
    if (kinds.size() != layers.orElse(kinds.size())) {
      in.disagree(
          "'"
              + row.own().get(0)
              + "' lists "
              + kinds.size()
              + " layers, and there are "
              + layers.getAsLong());
    } else if (other.isEmpty()) {
      var pattern = kinds.stream().map(words.first()::equals).toList();
      boolean stated = row.own().stream().skip(1).anyMatch(in.document()::has);
      if (stated && period.filter(pattern::equals).isEmpty()) {
        in.disagree(
            "'" + row.own().get(0) + "' and '" + row.own().get(1) + "' mean different layers");
      }
      in.set(row.canonical(), canonical(pattern, row));
    }
  }

  private boolean isWord(String kind) {
    return kind.equals(words.first()) || kind.equals(words.second());
  }

  private static OptionalLong layers(ModelConfig config) {
    OptionalLong count = config.count("num_layers", 1);
    return count.isPresent() && count.getAsLong() > MOST ? OptionalLong.empty() : count;
  }

  /** Of each layer whether it is of the first kind. */
  private static List<Boolean> periodic(long n, OptionalLong layers) {
    return LongStream.rangeClosed(1, layers.orElse(n))
        .mapToObj(number -> n > 0 && number % n == 0)
        .toList();
  }

  /**
   * Of periods that mean the same the one that counts where a document says none; nothing where
   * none is of the first kind and no document means a period by silence.
   */
  private String canonical(List<Boolean> first, ConfigKey row) {
    var layers = OptionalLong.of(first.size());
    if (row.absent().filter(n -> periodic(Long.parseLong(n), layers).equals(first)).isPresent()) {
      return row.absent().get();
    }
    int n = first.indexOf(true) + 1;
    if (n == 0 && row.absent().isEmpty()) {
      return "null";
    }
    return n > 0 && periodic(n, OptionalLong.of(first.size())).equals(first)
        ? Integer.toString(n)
        : first.stream().map(this::number).collect(Collectors.joining(", ", "[", "]"));
  }

  private String number(boolean first) {
    return first == words.inverted() ? "1" : "0";
  }

  @Override
  public void write(ConfigKey row, Optional<String> value, Writing out) {
    Kind kind = out.config().kind(row.canonical());
    var listed =
        kind == Kind.LIST ? out.config().list(row.canonical()) : Optional.<List<String>>empty();
    OptionalLong layers = layers(out.config());
    if (listed.isPresent() && layers.orElse(-1) != listed.get().size()
        || kind != Kind.LIST && kind != Kind.WHOLE && kind != Kind.NONE) {
      out.problems()
          .add(out.config().unlike(row.canonical(), "a number, or 0 or 1 for each layer"));
      return;
    }
    var first =
        listed
            .map(items -> items.stream().map(number(true)::equals).toList())
            .or(() -> value.or(row::absent).map(n -> periodic(Long.parseLong(n), layers)))
            .orElse(periodic(0, layers));
    out.put(
        row.own().get(0),
        new Arr(
            first.stream()
                .<JsonValue>map(is -> DialectDocument.spelt(is ? words.first() : words.second()))
                .toList()));
  }
}

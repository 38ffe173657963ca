package io.shardwright.core.internal.convert;

import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import java.util.List;
import java.util.Optional;

/** A window of w tokens here, the tokens before the current one and none after it there. */
record Window() implements DialectEngine.Relation {
  @Override
  public void read(ConfigKey row, Optional<String> said, Reading in) {
    boolean used = in.document().text("use_sliding_window").filter("false"::equals).isEmpty();
    boolean absent = !in.document().document().fields().containsKey(row.own().get(0));
    long size =
        in.document()
            .text(row.own())
            .or(() -> row.absent().filter(otherwise -> absent))
            .filter(s -> used)
            .map(Long::parseLong)
            .orElse(-1L);
    if (size == 0) {
      in.kinds().refuse(in.document().unlike(row.own().get(0), "at least 1"));
    } else if (size > 0) {
      in.set(row.canonical(), "[" + (size - 1) + ", 0]");
    }
  }

  @Override
  public void write(ConfigKey row, Optional<String> value, Writing out) {
    out.put(row.own().get(0), window(row, out));
  }

  private static JsonValue window(ConfigKey row, Writing out) {
    List<String> sides = out.config().list(row.canonical()).orElse(List.of());
    if (sides.size() == 2 && sides.get(0).matches("[0-9]{1,9}") && sides.get(1).equals("0")) {
      return Num.of(Long.parseLong(sides.get(0)) + 1);
    }
    if (out.config().kind(row.canonical()) != Kind.NONE) {
      out.problems().add(out.config().unlike(row.canonical(), "[tokens before, 0]"));
    }
    return Null.NULL;
  }
}

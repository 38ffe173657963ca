package io.shardwright.core.internal.convert;

import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A list of scalars on both sides, or one scalar. */
final class ListedItems implements DialectEngine.Relation {
  @Override
  public void read(ConfigKey row, Optional<String> said, Reading in) {
    Optional<JsonValue> found =
        row.own().stream().flatMap(key -> in.document().value(key).stream()).findFirst();
    if (found.orElse(null) instanceof Arr list) {
      var items = list.items().stream().map(DialectDocument::text).toList();
      if (items.stream().allMatch(Optional::isPresent)) {
        in.set(row.canonical(), text(items.stream().map(Optional::get).toList()));
      } else {
        in.kinds().refuse(in.document().unlike(row.own().get(0), "a list of single values"));
      }
    } else {
      said.ifPresent(value -> in.set(row.canonical(), value));
    }
  }

  private static String text(List<String> items) {
    return items.stream().collect(Collectors.joining(", ", "[", "]"));
  }

  @Override
  public void write(ConfigKey row, Optional<String> value, Writing out) {
    if (out.config().kind(row.canonical()) == Kind.LIST) {
      List<String> items = out.config().list(row.canonical()).orElse(List.of());
      var spelt = items.stream().map(DialectDocument::spelt).toList();
      if (row.use() != ConfigKey.Use.READ) {
        out.put(row.own().get(0), new Arr(spelt));
      }
    } else {
      value
          .or(row::absent)
          .filter(text -> !text.equals("null"))
          .ifPresent(text -> out.put(row, text));
    }
  }
}

package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.json.JsonValue.Num;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.json.JsonValue.Str;
import io.shardwright.spi.config.ConfigKey;
import java.util.LinkedHashMap;
import java.util.Optional;

/** A number of classes, which a document says by their names. */
final class Labels implements DialectEngine.Relation {
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

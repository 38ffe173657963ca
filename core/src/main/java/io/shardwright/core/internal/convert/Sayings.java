package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.spi.config.Codec.Special;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a document says of each NeMo key, in its own words, for messages. */
final class Sayings {
  private final DialectDocument config;

  private Sayings(DialectDocument config) {
    this.config = config;
  }

  /** A sentence for each NeMo key of which the document may say something. */
  static Map<String, String> of(DialectDocument config, Dialect dialect) {
    var words = new Sayings(config);
    Map<String, String> sayings = new LinkedHashMap<>();
    for (ConfigKey row : dialect.rows()) {
      if (!row.canonical().isEmpty() && !row.own().isEmpty()) {
        sayings.put(row.canonical(), words.of(row));
        if (row.canonical().equals("img_h")) {
          sayings.put("img_w", words.of(row));
        }
      }
    }
    return sayings;
  }

  private String of(ConfigKey row) {
    if (row.codec() == Special.LABELS
        && config.value("id2label").orElse(null) instanceof Obj names) {
      return "id2label has " + names.fields().size() + " names";
    }
    return row.own().stream()
        .filter(config::has)
        .findFirst()
        .map(this::said)
        .orElseGet(
            () ->
                row.own().get(0)
                    + " is absent"
                    + row.values().stream()
                        .findFirst()
                        .map(value -> " (" + value + " by default)")
                        .orElse(""));
  }

  private String said(String key) {
    if (!key.startsWith("#")) {
      return config.says(key);
    }
    String[] place = key.substring(1).split("@");
    String number = config.text(key).orElse("0");
    return place.length > 1
        ? "'" + place[0] + "' has " + number + " on axis " + place[1]
        : "there are " + number + " of '" + place[0] + "'";
  }
}

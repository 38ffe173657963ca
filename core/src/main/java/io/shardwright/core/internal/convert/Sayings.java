package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.spi.ConfigKey;
import io.shardwright.spi.HuggingFaceModel;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a document says of each NeMo key, in its own words, for messages. */
final class Sayings {
  private final HuggingFaceConfig config;

  private Sayings(HuggingFaceConfig config) {
    this.config = config;
  }

  /** A sentence for each NeMo key of which the document may say something. */
  static Map<String, String> of(HuggingFaceConfig config, HuggingFaceModel model) {
    var words = new Sayings(config);
    Map<String, String> sayings = new LinkedHashMap<>();
    for (ConfigKey row : model.keys()) {
      if (!row.nemo().isEmpty() && !row.huggingFace().isEmpty()) {
        sayings.put(row.nemo(), words.of(row));
        if (row.nemo().equals("img_h")) {
          sayings.put("img_w", words.of(row));
        }
      }
    }
    return sayings;
  }

  private String of(ConfigKey row) {
    if (row.kind() == ConfigKey.Kind.LABELS
        && config.value("id2label").orElse(null) instanceof Obj names) {
      return "id2label has " + names.fields().size() + " names";
    }
    return row.huggingFace().stream()
        .filter(config::has)
        .findFirst()
        .map(this::said)
        .orElseGet(
            () ->
                row.huggingFace().get(0)
                    + " is absent"
                    + row.value().map(value -> " (" + value + " by default)").orElse(""));
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

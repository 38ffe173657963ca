package io.shardwright.core.internal.format;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The record of the checkpoint from which a model was converted.
 *
 * @param config its configuration there
 * @param files texts that had no place in NeMo's configuration, by name
 */
public record Origin(Obj config, Map<String, String> files) {
  /** The member of an archive. */
  public static final String MEMBER = "shardwright_origin.json";

  private static Origin read(ByteSource member, Guard guard) {
    Obj document = JsonDocument.parsePython(member, Limit.JSON_BYTES, guard);
    var files = new LinkedHashMap<String, String>();
    if (document.get("files").orElse(null) instanceof Obj texts) {
      texts
          .fields()
          .forEach((name, value) -> value.asText().ifPresent(text -> files.put(name, text)));
    }
    Obj config =
        document
            .get("config")
            .filter(Obj.class::isInstance)
            .map(Obj.class::cast)
            .orElse(Obj.empty());
    return new Origin(config, files);
  }

  /** The origin of an open checkpoint, where it has one. */
  public static Optional<Origin> of(ModelSource source) {
    return source.attachments().stream()
        .filter(attachment -> attachment.name().equals(MEMBER))
        .findFirst()
        .map(attachment -> read(attachment.bytes(), source.guard().anew()));
  }

  /**
   * Writes the member.
   *
   * @param format where it came from
   */
  public byte[] write(String format) {
    Obj texts = Obj.empty();
    files.forEach((name, text) -> texts.put(name, new Str(text)));
    return JsonDocument.write(
        Obj.empty().put("format", new Str(format)).put("config", config).put("files", texts), 2);
  }

  /** The true vocabulary size. */
  public OptionalLong vocabularySize() {
    String key = "vocab_size";
    Optional<JsonValue> texts = config.get("text_config").filter(Obj.class::isInstance);
    Optional<JsonValue> size =
        config.get(key).or(() -> texts.flatMap(part -> ((Obj) part).get(key)));
    return size.isPresent() ? size.get().asLong() : OptionalLong.empty();
  }
}

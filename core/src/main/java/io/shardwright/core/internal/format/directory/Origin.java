package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.json.JsonValue;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.json.JsonValue.Str;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.format.DirectoryFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a model's tensors once came from.
 *
 * @param config its configuration there
 * @param files texts that had no place in NeMo's configuration, by name
 */
public record Origin(Obj config, Map<String, String> files) {
  /** The member of an archive. */
  public static final String MEMBER = "shardwright_origin.json";

  /** Goes into a NeMo checkpoint as the tokenizer. */
  static final String PIECES = "tokenizer.model";

  private static final long MAX_SIDE_FILE = 32L << 20;

  /** Reads the member. */
  static Origin read(ByteSource member, Guard guard) {
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

  byte[] write(String format) {
    Obj texts = Obj.empty();
    files.forEach((name, text) -> texts.put(name, new Str(text)));
    return JsonDocument.write(
        Obj.empty().put("format", new Str(format)).put("config", config).put("files", texts), 2);
  }

  /** The origin of a folder, with the texts that travel with its model. */
  static Attachment attachment(
      FolderFiles folder, DirectoryFormat format, Obj config, List<String> notes) {
    var texts = new LinkedHashMap<String, String>();
    for (String file : folder.names()) {
      if (format.isSideFile(file) && !file.equals(PIECES)) {
        ByteSource source = folder.open(file);
        if (source.size() > MAX_SIDE_FILE) {
          notes.add("'" + file + "' is too large to be kept aside: left out");
          continue;
        }
        folder.guard().take(4 * source.size(), source.name());
        ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
        source.readFully(bytes, 0);
        texts.put(file, new String(bytes.array(), StandardCharsets.UTF_8));
      }
    }
    byte[] written = new Origin(config, texts).write(format.id());
    return new Attachment(MEMBER, new MemorySource(written, MEMBER));
  }

  /** The true vocabulary size. */
  public OptionalLong vocabularySize() {
    Optional<JsonValue> size = config.get("vocab_size");
    return size.isPresent() ? size.get().asLong() : OptionalLong.empty();
  }
}

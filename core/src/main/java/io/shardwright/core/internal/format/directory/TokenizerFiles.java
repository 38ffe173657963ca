package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The tokenizer of a NeMo checkpoint under the names that a folder gives it. */
final class TokenizerFiles {
  private static final Map<String, String> NAMES =
      Map.of(
          "tokenizer.model", "tokenizer.model",
          "tokenizer.vocab_file", "vocab.json",
          "tokenizer.merge_file", "merges.txt");

  private TokenizerFiles() {}

  /** The files by name. */
  static Map<String, byte[]> of(ModelSource source) {
    var files = new LinkedHashMap<String, byte[]>();
    NAMES.forEach(
        (key, name) ->
            attachment(source, key)
                .ifPresent(
                    found ->
                        files.put(name, CommunityDocuments.bytes(found.bytes(), source.guard()))));
    return files;
  }

  private static Optional<Attachment> attachment(ModelSource source, String key) {
    String link = source.config().text(key).orElse("");
    return source.attachments().stream()
        .filter(attachment -> link.equals("nemo:" + attachment.name()))
        .findFirst();
  }
}

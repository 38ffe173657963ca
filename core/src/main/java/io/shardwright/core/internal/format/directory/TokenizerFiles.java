package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.plan.ConfigChange;
import io.shardwright.spi.ModelConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tokenizer of a NeMo checkpoint under the names that a folder gives it. */
final class TokenizerFiles {
  private static final Map<String, String> NAMES =
      Map.of(
          "tokenizer.model", "tokenizer.model",
          "tokenizer.vocab_file", "vocab.json",
          "tokenizer.merge_file", "merges.txt");

  private static final Set<String> OTHERS =
      Set.of(
          "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt");

  private TokenizerFiles() {}

  /** Whether a change is one of the tokenizer. */
  static boolean concerns(ConfigChange change) {
    return NAMES.containsKey(change.key());
  }

  /** Whether a file of a folder belongs to the tokenizer, and says nothing of another one. */
  static boolean isOne(String file) {
    return file.startsWith("tokenizer") || OTHERS.contains(file);
  }

  /** The files by name. */
  static Map<String, ByteSource> of(ModelConfig config, List<Attachment> attachments) {
    var files = new LinkedHashMap<String, ByteSource>();
    NAMES.forEach(
        (key, name) ->
            attachment(config, attachments, key)
                .ifPresent(found -> files.put(name, found.bytes())));
    return files;
  }

  private static Optional<Attachment> attachment(
      ModelConfig config, List<Attachment> attachments, String key) {
    String link = config.text(key).orElse("");
    return attachments.stream()
        .filter(attachment -> link.equals("nemo:" + attachment.name()))
        .findFirst();
  }
}

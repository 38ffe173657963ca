package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.Origin;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.DirectoryFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Packs a folder's tokenizer into a NeMo archive. */
record SideFiles(FolderFiles files, DirectoryFormat format) {
  /** Goes into a NeMo checkpoint as the tokenizer. */
  static final String PIECES = "tokenizer.model";

  private static final long MAX_SIDE_FILE = 32L << 20;
  private static final String VOCABULARY = "vocab.json";
  private static final String MERGES = "merges.txt";

  /** The configuration with links to the tokenizer's files, which are attached. */
  YamlDocument tokenizer(YamlDocument config, List<Attachment> attachments, List<String> notes) {
    if (!config.isMap("tokenizer")) {
      return config;
    }
    Map<String, String> keys = new LinkedHashMap<>();
    if (files.names().contains(PIECES)) {
      keys.put("tokenizer.library", "sentencepiece");
      keys.put("tokenizer.model", link(PIECES, attachments));
    } else if (files.names().contains(VOCABULARY) && files.names().contains(MERGES)) {
      keys.put("tokenizer.library", "megatron");
      keys.put("tokenizer.type", "GPT2BPETokenizer");
      keys.put("tokenizer.vocab_file", link(VOCABULARY, attachments));
      keys.put("tokenizer.merge_file", link(MERGES, attachments));
    } else if (files.names().contains("tokenizer.json")) {
      keys.put("tokenizer.library", "huggingface");
      keys.put("tokenizer.type", files.name());
      notes.add("NeMo looks for its tokenizer by name: set tokenizer.type to where it is");
    } else {
      notes.add("the folder has no tokenizer: give NeMo one");
    }
    YamlDocument linked = config;
    for (var key : keys.entrySet()) {
      linked = linked.with(key.getKey(), key.getValue());
    }
    return linked;
  }

  private String link(String file, List<Attachment> attachments) {
    ByteSource source = files.open(file);
    String name = ContentHash.digits(source) + "_" + file;
    attachments.add(new Attachment(name, source));
    return "nemo:" + name;
  }

  /** The origin of a folder, with the texts that travel with its model. */
  Attachment origin(Obj config, List<String> notes) {
    var texts = new LinkedHashMap<String, String>();
    for (String file : files.names()) {
      if (format.isSideFile(file) && !file.equals(PIECES)) {
        ByteSource source = files.open(file);
        if (source.size() > MAX_SIDE_FILE) {
          notes.add("'" + file + "' is too large to be kept aside: left out");
          continue;
        }
        files.guard().take(4 * source.size(), source.name());
        ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
        source.readFully(bytes, 0);
        texts.put(file, new String(bytes.array(), StandardCharsets.UTF_8));
      }
    }
    byte[] written = new Origin(config, texts).write(format.id());
    return new Attachment(Origin.MEMBER, new MemorySource(written, Origin.MEMBER));
  }
}

package io.shardwright.spi.format;

import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.format.StoredModel.Artifact;
import io.shardwright.spi.format.StoredModel.Origin;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The files that transformers saves beside a model's weights and that travel with it: the
 * tokenizer's, and what else is there.
 *
 * @param files of the folder that holds them
 */
public record TokenizerFiles(StoredFiles files) {
  /** Goes into a NeMo checkpoint as the tokenizer. */
  public static final String PIECES = "tokenizer.model";

  /** The keys of NeMo's configuration that name a tokenizer's files, and their names here. */
  public static final Map<String, String> TOKENIZER =
      Map.of(
          "tokenizer.model", PIECES,
          "tokenizer.vocab_file", "vocab.json",
          "tokenizer.merge_file", "merges.txt");

  private static final long MAX_SIDE_FILE = 32L << 20;
  private static final String FAST = "tokenizer.json";
  private static final Set<String> NAMES =
      Set.of(
          PIECES,
          FAST,
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "vocab.txt",
          "merges.txt",
          "generation_config.json",
          "preprocessor_config.json",
          "chat_template.json",
          "chat_template.jinja");
  private static final Set<String> OF_A_TOKENIZER =
      Set.of(
          "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt");

  /**
   * Whether a file travels with the model untouched.
   *
   * @param file its name
   * @return true for a tokenizer's, and for a few others
   */
  public static boolean isOne(String file) {
    return NAMES.contains(file);
  }

  /**
   * Whether a file belongs to the tokenizer and doesn't describe another one.
   *
   * @param file its name
   * @return true where another tokenizer takes its place
   */
  public static boolean isOfTokenizer(String file) {
    return file.startsWith("tokenizer") || OF_A_TOKENIZER.contains(file);
  }

  /**
   * The files that a model which is written takes along.
   *
   * @param model with what it once came from, and the tokenizer that it is given
   * @return bytes by name; what transformers reads without a library for SentencePiece is among
   *     them
   */
  public static Map<String, byte[]> of(WantedModel model) {
    var written = new LinkedHashMap<String, byte[]>();
    boolean replaced = TOKENIZER.keySet().stream().anyMatch(model::changes);
    model.origin().map(Origin::files).orElse(Map.of()).entrySet().stream()
        .filter(file -> !(replaced && isOfTokenizer(file.getKey())))
        .forEach(
            file -> written.put(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8)));
    TOKENIZER.forEach(
        (key, name) ->
            model
                .artifact(key)
                .ifPresent(file -> written.putIfAbsent(name, file.read(0, file.size()))));
    boolean alone = !written.containsKey(FAST) && !written.containsKey("tokenizer_config.json");
    model
        .artifact("tokenizer.model")
        .filter(pieces -> alone)
        .map(pieces -> model.fastTokenizer(written.get(PIECES), pieces.name()))
        .orElse(Map.of())
        .forEach((name, document) -> written.put(name, model.json(document)));
    return written;
  }

  /**
   * The tokenizer's pieces.
   *
   * @return empty where there is no tokenizer whose pieces can be counted
   */
  public OptionalLong pieces() {
    return has(PIECES)
        ? files.tokenizerPieces(PIECES)
        : has(FAST) ? files.tokenizerPieces(FAST) : OptionalLong.empty();
  }

  private boolean has(String file) {
    return files.files().contains(file);
  }

  /**
   * The configuration with what NeMo calls the tokenizer; its files become artifacts.
   *
   * @param config canonical
   * @param artifacts are added to
   * @return a changed copy
   */
  public Configuration tokenizer(Configuration config, List<Artifact> artifacts) {
    if (config.kind("tokenizer") != Kind.MAP) {
      return config;
    }
    if (has(PIECES)) {
      artifacts.add(artifact("tokenizer.model"));
      return config.with("tokenizer.library", "sentencepiece");
    }
    if (has("vocab.json") && has("merges.txt")) {
      artifacts.add(artifact("tokenizer.vocab_file"));
      artifacts.add(artifact("tokenizer.merge_file"));
      return config
          .with("tokenizer.library", "megatron")
          .with("tokenizer.type", "GPT2BPETokenizer");
    }
    if (has(FAST)) {
      return config.with("tokenizer.library", "huggingface").with("tokenizer.type", files.name());
    }
    return config;
  }

  private Artifact artifact(String key) {
    String file = TOKENIZER.get(key);
    return new Artifact(key, file, files.bytes(file));
  }

  /**
   * What the folder says besides, with the texts that travel with its model.
   *
   * @param config the model's document
   * @param notes are told what is too large
   * @return the document and the texts
   */
  public Origin origin(Obj config, List<String> notes) {
    var texts = new LinkedHashMap<String, String>();
    for (String file : files.files()) {
      if (isOne(file) && !file.equals(PIECES)) {
        if (files.bytes(file).size() > MAX_SIDE_FILE) {
          notes.add("'" + file + "' is too large to be kept: left out");
        } else {
          texts.put(file, files.text(file));
        }
      }
    }
    return new Origin(config, texts);
  }
}

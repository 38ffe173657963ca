package io.shardwright.core.internal.codec.tokenizer;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/** Determines the number of a tokenizer's tokens from its file and from NeMo's configuration. */
public final class TokenizerSize {
  /** The keys of NeMo's configuration that name a file which lists the tokens. */
  public static final List<String> KEYS = List.of("tokenizer.model", "tokenizer.vocab_file");

  /** The bytes, and three tokens (NeMo v1.23.0, {@code bytelevel_tokenizers.py}). */
  private static final long BYTE_LEVEL = 259;

  private TokenizerSize() {}

  /**
   * The number that NeMo gives a model for its configuration.
   *
   * @param files by the keys that name them
   * @return empty where no file tells
   */
  public static OptionalLong of(ModelConfig config, Map<String, ByteSource> files, Guard guard) {
    if (config.text("tokenizer.library").filter("byte-level"::equals).isPresent()) {
      return OptionalLong.of(BYTE_LEVEL);
    }
    for (String key : KEYS) {
      Optional<Tokens> tokens =
          Optional.ofNullable(files.get(key))
              .flatMap(file -> tokens(file, !key.equals(KEYS.get(0)), guard));
      if (tokens.isPresent()) {
        return OptionalLong.of(tokens.get().with(new AddedTokens(config).names()));
      }
    }
    return OptionalLong.empty();
  }

  /** The number in a file; empty where the file is no tokenizer that is known here. */
  public static OptionalLong of(ByteSource file, Guard guard) {
    Optional<Tokens> tokens = tokens(file, false, guard);
    return tokens.isPresent() ? OptionalLong.of(tokens.get().size()) : OptionalLong.empty();
  }

  /** What a file lists. */
  private record Tokens(long size, Supplier<Set<String>> names) {
    long with(Set<String> added) {
      Set<String> own = added.isEmpty() ? Set.of() : names.get();
      return size + added.stream().filter(token -> !own.contains(token)).count();
    }
  }

  private static Optional<Tokens> tokens(ByteSource file, boolean lines, Guard guard) {
    if (file.size() == 0 || file.size() > guard.limit(Limit.STRING_BYTES)) {
      return Optional.empty();
    }
    guard.take(file.size(), file.name());
    ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
    file.readFully(bytes, 0);
    bytes.flip();
    Optional<Tokens> found =
        bytes.get(0) == '{'
            ? ofJson(new MemorySource(bytes.array(), file.name()), guard)
            : ofPieces(bytes);
    return found.isEmpty() && lines ? Optional.of(ofLines(bytes)) : found;
  }

  private static Optional<Tokens> ofPieces(ByteBuffer bytes) {
    OptionalLong pieces = SentencePieceModel.pieces(bytes);
    return pieces.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Tokens(
                pieces.getAsLong(),
                () ->
                    SentencePieceModel.read(bytes)
                        .map(SentencePieceModel::names)
                        .orElse(Set.of())));
  }

  /** A vocabulary of WordPiece: one token a line. */
  private static Tokens ofLines(ByteBuffer bytes) {
    var lines = new HashSet<String>();
    StandardCharsets.UTF_8.decode(bytes.slice()).toString().lines().forEach(lines::add);
    return new Tokens(lines.size(), () -> lines);
  }

  private static Optional<Tokens> ofJson(ByteSource file, Guard guard) {
    try {
      Obj document = JsonDocument.parse(file, Limit.JSON_BYTES, guard);
      return document.get("model").isPresent()
          ? ofTokenizer(document)
          : Optional.of(new Tokens(document.fields().size(), document.fields()::keySet));
    } catch (CheckpointException noJson) {
      return Optional.empty();
    }
  }

  /**
   * One more than the largest id of the vocabulary and of the tokens added to it; empty where one
   * of them is not as the library writes it.
   */
  private static Optional<Tokens> ofTokenizer(Obj document) {
    var names = new HashSet<String>();
    JsonValue vocab =
        document
            .get("model")
            .filter(Obj.class::isInstance)
            .flatMap(model -> ((Obj) model).get("vocab"))
            .orElse(Obj.empty());
    if (vocab instanceof Obj pieces) {
      names.addAll(pieces.fields().keySet());
    } else if (vocab instanceof Arr pieces) {
      pieces.items().forEach(piece -> names.add(first(piece)));
    }
    long size = vocab instanceof Arr pieces ? pieces.items().size() : names.size();
    JsonValue added = document.get("added_tokens").orElse(Null.NULL);
    for (JsonValue token : added instanceof Arr list ? list.items() : List.<JsonValue>of()) {
      OptionalLong id = id(token);
      if (id.isEmpty()) {
        return Optional.empty();
      }
      names.add(content(token));
      size = Math.max(size, id.getAsLong() + 1);
    }
    boolean told = size > 0 && (added instanceof Arr || added == Null.NULL);
    return told ? Optional.of(new Tokens(size, () -> names)) : Optional.empty();
  }

  /** The token of a pair of token and score. */
  private static String first(JsonValue piece) {
    return piece instanceof Arr pair && !pair.items().isEmpty() ? text(pair.items().get(0)) : "";
  }

  private static String content(JsonValue token) {
    return token instanceof Obj object
        ? object.get("content").map(TokenizerSize::text).orElse("")
        : "";
  }

  private static String text(JsonValue value) {
    return value instanceof Str text ? text.value() : "";
  }

  private static OptionalLong id(JsonValue token) {
    return token instanceof Obj object
        ? object.get("id").map(JsonValue::asLong).orElse(OptionalLong.empty())
        : OptionalLong.empty();
  }
}

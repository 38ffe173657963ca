package io.shardwright.core.internal.codec.tokenizer;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.CheckpointException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;

/** Determines the number of pieces from a tokenizer's file. */
public final class TokenizerSize {
  private TokenizerSize() {}

  /** The number; empty where the file is no tokenizer that is known here. */
  public static OptionalLong of(ByteSource file, Guard guard) {
    if (file.size() == 0 || file.size() > guard.limit(Limit.STRING_BYTES)) {
      return OptionalLong.empty();
    }
    guard.take(file.size(), file.name());
    ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
    file.readFully(bytes, 0);
    bytes.flip();
    return bytes.get(0) == '{'
        ? ofJson(new MemorySource(bytes.array(), file.name()), guard)
        : SentencePieceModel.pieces(bytes);
  }

  private static OptionalLong ofJson(ByteSource file, Guard guard) {
    try {
      Obj document = JsonDocument.parse(file, Limit.JSON_BYTES, guard);
      return document.get("model").isPresent()
          ? ofTokenizer(document)
          : OptionalLong.of(document.fields().size());
    } catch (CheckpointException noJson) {
      return OptionalLong.empty();
    }
  }

  /**
   * One more than the largest id of the vocabulary and of the tokens added to it; empty where one
   * of them is not as the library writes it.
   */
  private static OptionalLong ofTokenizer(Obj document) {
    long size = 0;
    JsonValue vocab =
        document
            .get("model")
            .filter(Obj.class::isInstance)
            .flatMap(model -> ((Obj) model).get("vocab"))
            .orElse(Obj.empty());
    if (vocab instanceof Obj pieces) {
      size = pieces.fields().size();
    } else if (vocab instanceof Arr pieces) {
      size = pieces.items().size();
    } else {
      return OptionalLong.empty();
    }
    JsonValue added = document.get("added_tokens").orElse(Null.NULL);
    for (JsonValue token : added instanceof Arr list ? list.items() : List.<JsonValue>of()) {
      OptionalLong id = id(token);
      if (id.isEmpty()) {
        return OptionalLong.empty();
      }
      size = Math.max(size, id.getAsLong() + 1);
    }
    boolean told = size > 0 && (added instanceof Arr || added == Null.NULL);
    return told ? OptionalLong.of(size) : OptionalLong.empty();
  }

  private static OptionalLong id(JsonValue token) {
    return token instanceof Obj object
        ? object.get("id").map(JsonValue::asLong).orElse(OptionalLong.empty())
        : OptionalLong.empty();
  }
}

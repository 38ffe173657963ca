package io.shardwright.adapters.megatron;

import io.shardwright.spi.Condition;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.PipelineLayout;
import io.shardwright.spi.config.Codec.Special;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.dialect.DialectReading;
import io.shardwright.spi.dialect.DialectWriting;
import io.shardwright.spi.dialect.Dialects;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What says of a checkpoint which model it is.
 *
 * @param className the class that makes it
 * @param model keys and values
 * @param table of the keys
 * @param vocabulary its true size; empty where the rows are not padded
 * @param precision in NeMo's words
 * @param kept what travels with the model for the way back
 */
record ModelDocument(
    String className,
    Obj model,
    Dialect table,
    OptionalLong vocabulary,
    String precision,
    Obj kept) {
  /** A document of which nothing else is kept. */
  ModelDocument(
      String className, Obj model, Dialect table, OptionalLong vocabulary, String precision) {
    this(className, model, table, vocabulary, precision, Obj.empty());
  }

  /** Keeps a whole document for the way back. */
  ModelDocument keeping(String key, JsonValue document) {
    return new ModelDocument(
        className, model, table, vocabulary, precision, kept.copy().put(key, document));
  }

  /**
   * What it says under canonical keys.
   *
   * @param base shows of what kinds values are
   * @param where the document, for messages
   */
  DialectReading read(Dialects dialects, Configuration base, String where) {
    var document = new DialectDocument(flat());
    return dialects
        .read(document, table.ignoring(NeutralKeys.of(document)), base)
        .rows()
        .requireSound(where);
  }

  /** Lists are texts where a key has one legal value, and no list is. */
  private Obj flat() {
    Obj flat = model.copy();
    model
        .fields()
        .forEach(
            (key, value) -> {
              if (value instanceof Arr list && !isList(key)) {
                flat.put(key, new Str(text(list)));
              }
            });
    return flat;
  }

  private boolean isList(String key) {
    return table.rows().stream()
        .anyMatch(row -> row.codec() == Special.LIST && row.own().contains(key));
  }

  /** A layout of stages may be lists of words, and is one text in a configuration. */
  private static String text(Arr list) {
    return layout(list).orElseGet(() -> plain(list));
  }

  private static Optional<String> layout(Arr list) {
    var parts = new ArrayList<List<String>>();
    for (JsonValue part : list.items()) {
      if (!(part instanceof Arr words)) {
        return Optional.empty();
      }
      parts.add(words.items().stream().map(word -> word.asText().orElse("…")).toList());
    }
    try {
      return parts.isEmpty() ? Optional.empty() : Optional.of(PipelineLayout.ofWords(parts).text());
    } catch (IllegalArgumentException other) {
      return Optional.empty();
    }
  }

  private static String plain(Arr list) {
    return list.items().stream()
        .map(item -> DialectDocument.text(item).orElse("…"))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /** Whether a flag is on. */
  static boolean isTrue(DialectDocument document, String flag) {
    return document.text(flag).filter("true"::equals).isPresent();
  }

  /** The ranks over which rows were padded. */
  long ranks() {
    return Math.max(
        1, model.get("tensor_model_parallel_size").orElse(Null.NULL).asLong().orElse(1));
  }

  /** The rows of a table that say something of a model. */
  static Stream<ConfigKey> inForce(Dialect table, ModelConfig config) {
    return table.rows().stream().filter(row -> Condition.inForce(row, config));
  }

  /**
   * Refuses what a document can't express.
   *
   * @throws UnsupportedCheckpointException naming every such key
   */
  static void requireSound(DialectWriting writing, Facts facts) {
    if (!writing.problems().isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.NOT_EXPRESSIBLE, facts.source(), String.join("; ", writing.problems()));
    }
  }
}

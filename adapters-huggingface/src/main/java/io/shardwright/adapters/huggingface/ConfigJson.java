package io.shardwright.adapters.huggingface;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.config.Codec.Special;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.dialect.DialectReading;
import io.shardwright.spi.dialect.Dialects;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Reads and writes what {@code config.json} holds besides the keys of a class's table: the class,
 * and the kinds of layers.
 *
 * @param model the class whose document it is
 * @param shapes of the tensors beside a document that is written; none where they aren't known
 */
record ConfigJson(HuggingFaceModel model, Dialects dialects, Map<String, Shape> shapes) {
  /** Beside tensors that aren't known. */
  ConfigJson(HuggingFaceModel model, Dialects dialects) {
    this(model, dialects, Map.of());
  }

  private static final String TRANSFORMERS = "4.44.0";

  /** NeMo's key for whether embedding and head are one tensor; they are where it is absent. */
  private static final String TIED = "share_embeddings_and_output_weights";

  private static final String LAYERS = "layer_types";

  private static final Map<String, Kind> KINDS =
      new TreeMap<>(
          Map.of(
              "architectures",
              Kind.LIST,
              "model_type",
              Kind.TEXT,
              "vocab_size",
              Kind.WHOLE,
              "id2label",
              Kind.MAP,
              LAYERS,
              Kind.LIST,
              "rope_scaling",
              Kind.MAP,
              "rope_parameters",
              Kind.MAP,
              "use_sliding_window",
              Kind.FLAG));

  /**
   * Reads a document.
   *
   * @param where for messages
   * @throws io.shardwright.spi.error.MalformedCheckpointException naming every key whose value is
   *     of another kind
   * @throws UnsupportedCheckpointException naming every key that is said in two ways, or that NeMo
   *     can't express
   */
  DialectReading read(DialectDocument config, String where) {
    var kinds = dialects.configuration(model.base(), model.modelType());
    var read = dialects.read(config, model.dialect(), kinds);
    KINDS.forEach(read::require);
    requireOneClass(read);
    read.agree(List.of("dtype", "torch_dtype"));
    read.rows();
    layerTypes(read);
    if (config.document().fields().containsKey(Quantization.CONFIG)) {
      String method =
          config.text("quantization_config.quant_method").map(said -> " says " + said).orElse("");
      read.refuse(
          "the weights are quantized (quantization_config"
              + method
              + "), expected weights that are not quantized");
    }
    return read.requireSound(where);
  }

  /** A loader picks the class by either. */
  private void requireOneClass(DialectReading read) {
    ClassMatch.modelType(read.document())
        .filter(type -> !type.equals(model.modelType()))
        .ifPresent(
            type ->
                read.disagree(
                    "'model_type' is "
                        + type
                        + " and 'architectures' names "
                        + ClassMatch.architecture(read.document()).orElse("none")
                        + ", whose model_type is "
                        + model.modelType()));
  }

  /** NeMo has one window for all layers, unless the table says which have it. */
  private void layerTypes(DialectReading read) {
    boolean told = model.dialect().rows().stream().anyMatch(row -> row.own().contains(LAYERS));
    List<JsonValue> items =
        read.document().value(LAYERS).orElse(Null.NULL) instanceof Arr list
            ? list.items()
            : List.of();
    var kinds = items.stream().map(item -> item.asText().orElse("no text")).distinct().toList();
    boolean seen = read.text("window_size").isPresent();
    if (!told && kinds.size() > 1) {
      read.refuse("layer_types says " + kinds + ", expected one kind");
    } else if (kinds.contains("sliding_attention") && !seen) {
      read.disagree("'layer_types' is sliding_attention and no sliding_window is in use");
    } else if (!told && kinds.contains("full_attention") && seen) {
      read.disagree("'layer_types' is full_attention and a sliding_window is in use");
    }
  }

  /**
   * Writes a document.
   *
   * @param dtype of the weights, as torch names it
   * @param vocabulary rows that are written; empty for a model without
   * @param origin the document that the model once came from
   * @throws UnsupportedCheckpointException naming every key that the class can't express
   */
  Obj write(
      Configuration config,
      String dtype,
      OptionalLong vocabulary,
      Optional<Obj> origin,
      String where) {
    Obj document = require(config, where);
    Obj written =
        origin
            .map(known -> tiedAs(known, config))
            .filter(known -> tried(known).filter(read -> read.isSaidBy(config)).isPresent())
            .orElseGet(() -> finish(document))
            .copy();
    ahead(config, written);
    vocabulary.ifPresent(rows -> texts(written).put("vocab_size", Num.of(rows)));
    for (String key : List.of("torch_dtype", "dtype")) {
      if (written.get(key).isPresent()) {
        written.put(key, new Str(dtype));
      }
    }
    return written;
  }

  /** The model's first document may state layers that transformers had dropped. */
  private void ahead(Configuration config, Obj written) {
    for (ConfigKey row : model.dialect().rows()) {
      if (row.codec() == Special.PREDICTION) {
        var count = Num.of(config.count(row.canonical(), 0).orElse(0));
        row.own().stream()
            .filter(key -> written.get(key).isPresent())
            .forEach(key -> written.put(key, count));
      }
    }
  }

  /** The part of a document that is about texts, where it has parts for each kind of input. */
  private static Obj texts(Obj document) {
    boolean whole = document.get("hidden_size").isPresent();
    return document
        .get("text_config")
        .filter(part -> !whole && part instanceof Obj)
        .map(Obj.class::cast)
        .orElse(document);
  }

  /**
   * What the class's table says of a configuration.
   *
   * @throws UnsupportedCheckpointException naming every key that the class can't express
   */
  Obj require(Configuration config, String where) {
    var writing = dialects.write(config, model.architecture());
    writing.put("architectures", new Arr(List.of(new Str(model.architecture()))));
    writing.put("model_type", new Str(model.modelType()));
    writing.rows(model.dialect());
    if (!writing.problems().isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.NOT_EXPRESSIBLE,
          where,
          String.join("; ", writing.problems())
              + ": choose another class with "
              + Setting.ARCHITECTURE.inText());
    }
    return writing.document();
  }

  private static Obj finish(Obj document) {
    document.put("use_cache", new Bool(true));
    document.put("transformers_version", new Str(TRANSFORMERS));
    document.put("torch_dtype", Null.NULL);
    document.put("dtype", Null.NULL);
    return document;
  }

  /** A document that may be refused; empty where it would be. */
  private Optional<DialectReading> tried(Obj document) {
    try {
      return Optional.of(read(new DialectDocument(document, shapes), ""));
    } catch (CheckpointException refused) {
      return Optional.empty();
    }
  }

  /** The model's first document, which may have tied what was untied since. */
  private Obj tiedAs(Obj origin, Configuration config) {
    boolean apart = config.text(TIED).orElse("true").toLowerCase(Locale.ROOT).equals("false");
    String tied = Boolean.toString(!apart);
    Obj known = origin.copy();
    tried(origin)
        .flatMap(read -> read.text(TIED))
        .filter(before -> !before.equals(tied))
        .ifPresent(
            before ->
                model.dialect().rows().stream()
                    .filter(row -> row.canonical().equals(TIED) && !row.own().isEmpty())
                    .forEach(row -> known.putAt(row.own().get(0), DialectDocument.spelt(tied))));
    return known;
  }
}

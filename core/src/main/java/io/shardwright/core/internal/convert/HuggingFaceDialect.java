package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.Tie;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads and writes what {@code config.json} holds besides the keys of a class's table: the class,
 * and the kinds of layers.
 */
public final class HuggingFaceDialect {
  private static final String TRANSFORMERS = "4.44.0";
  private static final Map<String, Kind> KINDS =
      new TreeMap<>(
          Map.of(
              "architectures", Kind.LIST,
              "model_type", Kind.TEXT,
              "vocab_size", Kind.WHOLE,
              "id2label", Kind.MAP,
              "layer_types", Kind.LIST,
              "rope_scaling", Kind.MAP,
              "rope_parameters", Kind.MAP,
              "use_sliding_window", Kind.FLAG));

  private HuggingFaceDialect() {}

  /**
   * Reads a document.
   *
   * @param where for messages
   * @throws MalformedCheckpointException naming every key whose value is of another kind
   * @throws UnsupportedCheckpointException naming every key that is said in two ways, or that NeMo
   *     can't express
   */
  public static Reading read(DialectDocument config, HuggingFaceModel model, String where) {
    return read(config, model).requireSound(where);
  }

  private static Reading read(DialectDocument config, HuggingFaceModel model) {
    byte[] base = model.base().getBytes(StandardCharsets.UTF_8);
    var kinds = YamlDocument.parse(new MemorySource(base, model.modelType()), Guard.standard());
    var read = Reading.of(config, model.dialect(), kinds);
    KINDS.forEach(read.kinds()::require);
    requireOneClass(read, model);
    read.statements().of(List.of("dtype", "torch_dtype"), Optional.empty());
    read.rows();
    layerTypes(read);
    if (config.document().fields().containsKey("quantization_config")) {
      String method =
          config.text("quantization_config.quant_method").map(said -> " says " + said).orElse("");
      read.problems()
          .add(
              "the weights are quantized (quantization_config" + method + "), expected plain ones");
    }
    return read;
  }

  /** A loader picks the class by either. */
  private static void requireOneClass(Reading read, HuggingFaceModel model) {
    HuggingFaceMatch.modelType(read.document())
        .filter(type -> !type.equals(model.modelType()))
        .ifPresent(
            type ->
                read.statements()
                    .disagree(
                        "'model_type' is "
                            + type
                            + " and 'architectures' names "
                            + HuggingFaceMatch.architecture(read.document()).orElse("none")
                            + ", whose model_type is "
                            + model.modelType()));
  }

  /** NeMo has one window for all layers. */
  private static void layerTypes(Reading read) {
    List<JsonValue> items =
        read.document().value("layer_types").orElse(Null.NULL) instanceof Arr list
            ? list.items()
            : List.of();
    var kinds = items.stream().map(item -> item.asText().orElse("no text")).distinct().toList();
    if (kinds.size() > 1) {
      read.problems().add("layer_types says " + kinds + ", expected one kind");
    } else if (kinds.contains("sliding_attention") && read.text("window_size").isEmpty()) {
      read.statements()
          .disagree("'layer_types' is sliding_attention and no sliding_window is in use");
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
  public static Obj write(
      YamlDocument config,
      HuggingFaceModel model,
      String dtype,
      Optional<Long> vocabulary,
      Optional<Obj> origin,
      String where) {
    Obj document = document(config, model, where);
    Obj whole =
        origin
            .map(known -> tiedAs(known, config, model))
            .filter(known -> sameMeaning(known, config, model))
            .orElseGet(() -> finish(document));
    var written = whole.copy();
    vocabulary.ifPresent(rows -> written.put("vocab_size", Num.of(rows)));
    for (String key : List.of("torch_dtype", "dtype")) {
      if (written.get(key).isPresent()) {
        written.put(key, new Str(dtype));
      }
    }
    return written;
  }

  /**
   * Refuses a configuration that a class can't express.
   *
   * @throws UnsupportedCheckpointException naming every such key
   */
  public static void require(YamlDocument config, HuggingFaceModel model, String where) {
    document(config, model, where);
  }

  /**
   * A configuration that says what NeMo takes for granted.
   *
   * @param defaults keys and plain values
   */
  public static YamlDocument complete(YamlDocument config, Map<String, String> defaults) {
    YamlDocument whole = config;
    for (var key : new TreeMap<>(defaults).entrySet()) {
      whole = config.has(key.getKey()) ? whole : whole.with(key.getKey(), key.getValue());
    }
    return whole;
  }

  private static Obj document(YamlDocument config, HuggingFaceModel model, String where) {
    var writing = new Writing(config, model.architecture());
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

  /** The values of a document that may be refused; empty where it would be. */
  private static Optional<Map<String, String>> tried(Obj document, HuggingFaceModel model) {
    try {
      return Optional.of(read(new DialectDocument(document), model, "").values());
    } catch (CheckpointException refused) {
      return Optional.empty();
    }
  }

  /** The model's first document, which may have tied what was untied since. */
  private static Obj tiedAs(Obj origin, YamlDocument config, HuggingFaceModel model) {
    String tied = Boolean.toString(Tie.isTied(config));
    Obj known = origin.copy();
    tried(origin, model)
        .map(read -> read.get(Tie.KEY))
        .filter(before -> !before.equals(tied))
        .ifPresent(
            before ->
                model.dialect().rows().stream()
                    .filter(row -> row.canonical().equals(Tie.KEY) && !row.own().isEmpty())
                    .forEach(row -> known.putAt(row.own().get(0), DialectDocument.spelt(tied))));
    return known;
  }

  /** Whether the model's first document still says what NeMo's configuration does. */
  private static boolean sameMeaning(Obj origin, YamlDocument config, HuggingFaceModel model) {
    return tried(origin, model)
        .filter(read -> read.entrySet().stream().allMatch(value -> isSame(value, config)))
        .isPresent();
  }

  private static boolean isSame(Map.Entry<String, String> value, YamlDocument config) {
    return value.getValue().startsWith("[")
        ? ("" + config.list(value.getKey()).orElse(List.of())).equals(value.getValue())
        : Scalars.equal(config.text(value.getKey()).orElse("null"), value.getValue());
  }
}

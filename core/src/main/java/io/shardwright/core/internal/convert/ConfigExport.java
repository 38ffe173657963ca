package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.json.JsonValue;
import io.shardwright.core.internal.codec.json.JsonValue.Arr;
import io.shardwright.core.internal.codec.json.JsonValue.Bool;
import io.shardwright.core.internal.codec.json.JsonValue.Null;
import io.shardwright.core.internal.codec.json.JsonValue.Num;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.json.JsonValue.Str;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.Tie;
import io.shardwright.spi.ConfigKey;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes a {@code config.json} by a class's rows. */
public final class ConfigExport {
  private static final String TRANSFORMERS = "4.44.0";

  private final YamlDocument config;
  private final HuggingFaceModel model;
  private final Obj document = Obj.empty();
  private final List<String> problems = new ArrayList<>();

  private ConfigExport(YamlDocument config, HuggingFaceModel model) {
    this.config = config;
    this.model = model;
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
    var export = new ConfigExport(config, model);
    export.rows(where);
    Obj whole =
        origin
            .map(export::tiedAs)
            .filter(known -> sameMeaning(known, config, model))
            .orElseGet(export::finish);
    var written = new Obj(new LinkedHashMap<>(whole.fields()));
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
    new ConfigExport(config, model).rows(where);
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

  private void rows(String where) {
    document.put("architectures", new Arr(List.of(new Str(model.architecture()))));
    document.put("model_type", new Str(model.modelType()));
    model.keys().forEach(this::row);
    if (!problems.isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.NOT_EXPRESSIBLE,
          where,
          String.join("; ", problems) + ": choose another class with --architecture");
    }
  }

  /** The model's first document, which may have tied what was untied since. */
  private Obj tiedAs(Obj origin) {
    boolean tied = Tie.isTied(config);
    Obj known = new Obj(new LinkedHashMap<>(origin.fields()));
    ConfigImport.tried(new HuggingFaceConfig(origin), model)
        .map(read -> read.get(Tie.KEY))
        .filter(before -> !before.equals(Boolean.toString(tied)))
        .ifPresent(
            before ->
                model.keys().stream()
                    .filter(row -> row.nemo().equals(Tie.KEY))
                    .forEach(row -> put(known, row, new Bool(tied))));
    return known;
  }

  /** Whether the model's first document still says what NeMo's configuration does. */
  private static boolean sameMeaning(Obj origin, YamlDocument config, HuggingFaceModel model) {
    return ConfigImport.tried(new HuggingFaceConfig(origin), model)
        .filter(read -> read.entrySet().stream().allMatch(value -> isSame(value, config)))
        .isPresent();
  }

  private static boolean isSame(Map.Entry<String, String> value, YamlDocument config) {
    return value.getValue().startsWith("[")
        ? ("" + config.list(value.getKey()).orElse(List.of())).equals(value.getValue())
        : Scalars.equal(config.text(value.getKey()).orElse("null"), value.getValue());
  }

  private Obj finish() {
    document.put("use_cache", new Bool(true));
    document.put("transformers_version", new Str(TRANSFORMERS));
    document.put("torch_dtype", Null.NULL);
    document.put("dtype", Null.NULL);
    return document;
  }

  private void row(ConfigKey row) {
    if (isOdd(row)) {
      problems.add(config.unlike(row.nemo(), "what " + model.architecture() + " can express"));
      return;
    }
    Optional<String> value =
        config.kind(row.nemo()) == Kind.FLAG
            ? Optional.of(Boolean.toString(config.flag(row.nemo())))
            : config.text(row.nemo());
    switch (row.kind()) {
      case LABELS -> config.count(row.nemo(), 0).ifPresent(this::labels);
      case INNER -> value.ifPresent(text -> put(row, HuggingFaceConfig.spelt(text)));
      case SAME -> value.or(row::value).ifPresent(text -> put(row, HuggingFaceConfig.spelt(text)));
      case WORDS -> value.ifPresent(text -> word(row, text));
      case ONLY ->
          row.value()
              .filter(text -> !text.equals("null"))
              .ifPresent(text -> put(row, HuggingFaceConfig.spelt(text)));
      case MEANS ->
          value
              .filter(text -> !isMeant(row, text))
              .ifPresent(
                  text ->
                      problems.add(
                          row.nemo()
                              + " is "
                              + text
                              + ", which "
                              + model.architecture()
                              + " can't express: it means "
                              + row.value().orElse("null")));
      case HEAD_SIZE -> headSize(row, value);
      case WINDOW -> put(row, window(row));
      case ROPE_SCALING -> rope();
      case IMAGE -> put(row, image(row));
      case PATCH -> value.ifPresent(text -> put(row, HuggingFaceConfig.spelt(text)));
      case ALSO, IMAGE_SIZE, UNSAID -> {}
    }
  }

  private static boolean isMeant(ConfigKey row, String text) {
    return Stream.of(row.value().orElse("null").split("\\|"))
        .anyMatch(meant -> Scalars.equal(text, meant));
  }

  /** Whether a value is none of one kind, or a text that would become another one. */
  private boolean isOdd(ConfigKey row) {
    return switch (config.kind(row.nemo())) {
      case MAP -> true;
      case LIST -> row.kind() != ConfigKey.Kind.WINDOW && row.kind() != ConfigKey.Kind.MEANS;
      case TEXT -> Kind.of(config.text(row.nemo()).orElse("")) != Kind.TEXT;
      default -> row.kind() == ConfigKey.Kind.WINDOW && config.kind(row.nemo()) != Kind.NONE;
    };
  }

  private void put(ConfigKey row, JsonValue value) {
    put(document, row, value);
  }

  private static void put(Obj into, ConfigKey row, JsonValue value) {
    if (row.huggingFace().get(0).matches("[A-Za-z0-9_]+")) {
      into.put(row.huggingFace().get(0), value);
    }
  }

  private void word(ConfigKey row, String text) {
    Optional<String> word =
        row.words().entrySet().stream()
            .filter(entry -> entry.getValue().equals(text))
            .map(Map.Entry::getKey)
            .sorted(Comparator.comparing(key -> !row.value().equals(Optional.of(key))))
            .findFirst();
    word.ifPresentOrElse(
        found -> put(row, HuggingFaceConfig.spelt(found)),
        () ->
            problems.add(
                row.nemo() + " is " + text + ", which " + model.architecture() + " can't express"));
  }

  private JsonValue image(ConfigKey row) {
    var height = HuggingFaceConfig.spelt(config.text(row.nemo()).orElse("null"));
    var width = HuggingFaceConfig.spelt(config.text("img_w").orElse("null"));
    return height.equals(width) ? height : new Arr(List.of(height, width));
  }

  private void labels(long count) {
    Obj names = Obj.empty();
    Obj numbers = Obj.empty();
    for (long label = 0; label < Math.min(count, 1_000_000); label++) {
      names.put(Long.toString(label), new Str("LABEL_" + label));
      numbers.put("LABEL_" + label, Num.of(label));
    }
    document.put("id2label", names);
    document.put("label2id", numbers);
  }

  private void headSize(ConfigKey row, Optional<String> value) {
    long hidden = config.count("hidden_size", 0).orElse(0);
    String usual = Long.toString(hidden / config.count("num_attention_heads", 1).orElse(1));
    if (!row.huggingFace().isEmpty()) {
      put(row, new Num(value.orElse(usual)));
    } else if (!Scalars.equal(value.orElse(usual), usual)) {
      problems.add(
          row.nemo()
              + " is "
              + value.get()
              + ", which "
              + model.architecture()
              + " can't express: it means hidden_size / num_attention_heads, "
              + usual);
    }
  }

  /** The tokens before the current one, and none after it. */
  private JsonValue window(ConfigKey row) {
    List<String> sides = config.list(row.nemo()).orElse(List.of());
    if (sides.size() == 2 && sides.get(0).matches("[0-9]{1,9}") && sides.get(1).equals("0")) {
      return Num.of(Long.parseLong(sides.get(0)) + 1);
    }
    if (config.kind(row.nemo()) != Kind.NONE) {
      problems.add(config.unlike(row.nemo(), "[tokens before, 0]"));
    }
    return Null.NULL;
  }

  private void rope() {
    Optional<Obj> scaling = RopeScaling.write(config);
    document.put("rope_scaling", RopeScaling.orNull(scaling));
    Obj parameters = Obj.empty();
    parameters.put("rope_type", new Str("default"));
    scaling.ifPresent(
        found ->
            found
                .fields()
                .forEach(
                    (key, value) -> parameters.put(key.equals("type") ? "rope_type" : key, value)));
    config
        .text("rotary_base")
        .ifPresent(base -> parameters.put("rope_theta", HuggingFaceConfig.spelt(base)));
    config
        .text("rotary_percentage")
        .filter(share -> !Scalars.equal(share, "1"))
        .ifPresent(
            share -> parameters.put("partial_rotary_factor", HuggingFaceConfig.spelt(share)));
    document.put("rope_parameters", parameters);
  }
}

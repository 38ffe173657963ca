package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.json.JsonValue;
import io.shardwright.core.internal.codec.json.JsonValue.Arr;
import io.shardwright.core.internal.codec.json.JsonValue.Null;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.spi.ConfigKey;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads a {@code config.json} by a class's rows. */
public final class ConfigImport {
  private static final Set<String> NEUTRAL =
      Set.of(
          "_name_or_path",
          "architectures",
          "model_type",
          "bos_token_id",
          "eos_token_id",
          "pad_token_id",
          "use_cache",
          "torch_dtype",
          "dtype",
          "transformers_version",
          "pretraining_tp",
          "vocab_size",
          "rope_scaling",
          "rope_parameters",
          "sliding_window",
          "head_dim",
          "output_router_logits",
          "encoder_stride",
          "id2label",
          "label2id",
          "num_labels",
          "layer_types",
          "num_classes",
          "num_features",
          "pretrained_cfg",
          "tag");

  private final HuggingFaceConfig config;
  private final HuggingFaceModel model;
  private final Statements statements;
  private final ValueKinds kinds;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private ConfigImport(HuggingFaceConfig config, HuggingFaceModel model) {
    this.config = config;
    this.model = model;
    this.statements = new Statements(config);
    this.kinds = new ValueKinds(config, model);
  }

  /**
   * Reads a document.
   *
   * @param where for messages
   * @throws MalformedCheckpointException naming every key whose value is of another kind
   * @throws UnsupportedCheckpointException naming every key that is said in two ways, or that NeMo
   *     can't express
   */
  public static ConfigImport read(HuggingFaceConfig config, HuggingFaceModel model, String where) {
    var read = of(config, model);
    if (!read.kinds.wrong().isEmpty()) {
      throw new MalformedCheckpointException(
          ErrorCode.CONFIG_VALUE, where, String.join("; ", read.kinds.wrong()));
    }
    if (!read.statements.disagreements().isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.SOURCES_DISAGREE, where, String.join("; ", read.statements.disagreements()));
    }
    if (!read.problems.isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.NOT_EXPRESSIBLE, where, String.join("; ", read.problems));
    }
    return read;
  }

  /** The values of a document that may be refused; empty where it would be. */
  static Optional<Map<String, String>> tried(HuggingFaceConfig config, HuggingFaceModel model) {
    var read = of(config, model);
    boolean clear =
        read.kinds.wrong().isEmpty()
            && read.statements.disagreements().isEmpty()
            && read.problems.isEmpty();
    return clear ? Optional.of(read.values) : Optional.empty();
  }

  private static ConfigImport of(HuggingFaceConfig config, HuggingFaceModel model) {
    var read = new ConfigImport(config, model);
    read.requireOneClass();
    read.said("dtype", "torch_dtype");
    model.keys().stream().filter(read.kinds::require).forEach(read::row);
    read.layerTypes();
    read.unknown();
    return read;
  }

  /** A loader picks the class by either. */
  private void requireOneClass() {
    config
        .modelType()
        .filter(type -> !type.equals(model.modelType()))
        .ifPresent(
            type ->
                statements.disagree(
                    "'model_type' is "
                        + type
                        + " and 'architectures' names "
                        + config.architecture().orElse("none")
                        + ", whose model_type is "
                        + model.modelType()));
  }

  /** The value of a fact that several keys may state. */
  Optional<String> said(String... keys) {
    return statements.of(List.of(keys), Optional.empty());
  }

  private void row(ConfigKey row) {
    var found = statements.of(row.huggingFace(), row.value());
    switch (row.kind()) {
      case SAME, ALSO -> found.ifPresent(value -> set(row.nemo(), value));
      case WORDS -> found.ifPresent(value -> word(row, value));
      case ONLY, UNSAID ->
          found
              .filter(value -> !Scalars.equal(value, row.value().orElse("null")))
              .ifPresent(value -> problem(says(row, value)));
      case MEANS -> values.put(row.nemo(), row.value().orElse("null").split("\\|")[0]);
      case HEAD_SIZE -> found.ifPresent(this::headSize);
      case INNER -> set(row.nemo(), found.orElseGet(this::fourTimesHidden));
      case LABELS -> set(row.nemo(), labels(row).or(() -> found).orElse("2"));
      case IMAGE_SIZE -> found.ifPresent(this::imageSize);
      case IMAGE -> new ImageSides(config, this).image(row);
      case PATCH -> new ImageSides(config, this).patch(row);
      case WINDOW -> window(row);
      case ROPE_SCALING -> RopeScaling.read(config, this);
    }
  }

  private static String says(ConfigKey row, String value) {
    return row.huggingFace().get(0)
        + " is '"
        + value
        + "', expected "
        + row.value().map(expected -> "'" + expected + "'").orElse("none")
        + ": NeMo can't express it";
  }

  private void word(ConfigKey row, String value) {
    String word = row.words().get(value);
    if (word == null) {
      problem(
          row.huggingFace().get(0)
              + " is '"
              + value
              + "', expected one of "
              + row.words().keySet().stream().sorted().toList());
    } else {
      set(row.nemo(), word);
    }
  }

  private void imageSize(String positions) {
    long patch = Long.parseLong(values.getOrDefault("patch_dim", "1"));
    new ImageSides(config, this).byPositions(Long.parseLong(positions), patch);
  }

  private Optional<String> labels(ConfigKey row) {
    Optional<String> named =
        config
            .value("id2label")
            .filter(Obj.class::isInstance)
            .map(names -> Integer.toString(((Obj) names).fields().size()));
    var places = new LinkedHashMap<String, String>();
    named.ifPresent(count -> places.put("the number of id2label", count));
    config.text(row.huggingFace()).ifPresent(count -> places.put(row.huggingFace().get(0), count));
    statements.compare(places);
    return named;
  }

  /** NeMo has one window for all layers. */
  private void layerTypes() {
    List<JsonValue> items =
        config.value("layer_types").orElse(Null.NULL) instanceof Arr list
            ? list.items()
            : List.of();
    var kinds = items.stream().map(item -> item.asText().orElse("no text")).toList();
    long different = kinds.stream().distinct().count();
    boolean window = !values.getOrDefault("window_size", "null").equals("null");
    if (different > 1) {
      problem("layer_types says " + kinds.stream().distinct().toList() + ", expected one kind");
    } else if (kinds.contains("sliding_attention") && !window) {
      statements.disagree("'layer_types' is sliding_attention and no sliding_window is in use");
    }
  }

  private long number(String key) {
    return Long.parseLong(values.getOrDefault(key, "0"));
  }

  private String fourTimesHidden() {
    return Long.toString(4 * number("hidden_size"));
  }

  private void headSize(String size) {
    long heads = number("num_attention_heads");
    boolean usual =
        heads > 0
            && number("hidden_size") % heads == 0
            && number("hidden_size") / heads == Long.parseLong(size);
    if (!usual) {
      set("kv_channels", size);
    }
  }

  private void window(ConfigKey row) {
    boolean used = !config.text(List.of("use_sliding_window")).filter("false"::equals).isPresent();
    long size = config.text(row.huggingFace()).filter(s -> used).map(Long::parseLong).orElse(-1L);
    if (size == 0) {
      wrong(config.unlike(row.huggingFace().get(0), "at least 1"));
    } else if (size > 0) {
      values.put(row.nemo(), "[" + (size - 1) + ", 0]");
    }
  }

  private void unknown() {
    Set<String> known = new HashSet<>(NEUTRAL);
    model
        .keys()
        .forEach(row -> row.huggingFace().forEach(key -> known.add(key.split("[.\\[]")[0])));
    for (String key : config.document().fields().keySet()) {
      if (key.equals("quantization_config")) {
        problem("the weights are quantized (quantization_config), expected plain ones");
      } else if (!known.contains(key)) {
        note("'" + key + "' of config.json has no place in NeMo's configuration; it is kept aside");
      }
    }
  }

  void set(String key, String value) {
    values.put(key, Scalars.yaml(value));
  }

  /** Whether a value is of a kind; what is not is refused. */
  boolean isOf(String key, ModelConfig.Kind kind) {
    return kinds.require(key, kind);
  }

  void wrong(String sentence) {
    kinds.wrong().add(sentence);
  }

  void problem(String problem) {
    problems.add(problem);
  }

  void note(String note) {
    notes.add(note);
  }

  /** NeMo keys and their values. */
  public Map<String, String> values() {
    return values;
  }

  /** What a user should know. */
  public List<String> notes() {
    return Stream.concat(statements.repeated().stream(), notes.stream()).toList();
  }

  /** The class's base configuration with these values, of a file that says them in its words. */
  public YamlDocument apply(YamlDocument base, String where) {
    YamlDocument document = base;
    for (var value : values.entrySet()) {
      if (value.getValue().equals("null") && !base.has(value.getKey())) {
        continue;
      }
      document = document.with(value.getKey(), value.getValue());
    }
    return document.from(where, Sayings.of(config, model));
  }
}

package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.json.JsonValue.Arr;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.spi.CommunityModel;
import io.shardwright.spi.ConfigKey;
import io.shardwright.spi.error.ErrorCode;
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

  private final CommunityConfig config;
  private final CommunityModel model;
  private final Statements statements;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private ConfigImport(CommunityConfig config, CommunityModel model) {
    this.config = config;
    this.model = model;
    this.statements = new Statements(config);
  }

  /**
   * Reads a document.
   *
   * @param where for messages
   * @throws UnsupportedCheckpointException naming every key that is said in two ways, or that NeMo
   *     can't express
   */
  public static ConfigImport read(CommunityConfig config, CommunityModel model, String where) {
    var read = of(config, model);
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
  static Optional<Map<String, String>> tried(CommunityConfig config, CommunityModel model) {
    var read = of(config, model);
    boolean clear = read.statements.disagreements().isEmpty() && read.problems.isEmpty();
    return clear ? Optional.of(read.values) : Optional.empty();
  }

  private static ConfigImport of(CommunityConfig config, CommunityModel model) {
    var read = new ConfigImport(config, model);
    read.requireOneClass();
    read.said("dtype", "torch_dtype");
    model.keys().forEach(read::numbers);
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

  private void numbers(ConfigKey row) {
    try {
      row(row);
    } catch (NumberFormatException none) {
      String key = row.community().get(0);
      problem(key + ", or a size that goes with it, is no whole number: " + none.getMessage());
    }
  }

  private void row(ConfigKey row) {
    var found = statements.of(row.community(), row.value());
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
      case IMAGE_SIZE -> config.text(row.community()).ifPresent(this::imageSize);
      case WINDOW -> window(row);
      case ROPE_SCALING -> RopeScaling.read(config, this);
    }
  }

  private static String says(ConfigKey row, String value) {
    return row.community().get(0)
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
          row.community().get(0)
              + " is '"
              + value
              + "', expected one of "
              + row.words().keySet().stream().sorted().toList());
    } else {
      set(row.nemo(), word);
    }
  }

  /** As many patches on a side as the root of the positions that are no class token's. */
  private void imageSize(String rows) {
    long positions = Long.parseLong(rows) - 1;
    long side = Math.round(Math.sqrt(positions));
    if (side * side != positions) {
      problem("the model has " + positions + " patches, expected a square");
    }
    long patch = Long.parseLong(values.getOrDefault("patch_dim", "1"));
    set("img_h", Long.toString(side * patch));
    set("img_w", Long.toString(side * patch));
  }

  private Optional<String> labels(ConfigKey row) {
    Optional<String> named =
        config
            .value("id2label")
            .filter(Obj.class::isInstance)
            .map(names -> Integer.toString(((Obj) names).fields().size()));
    var places = new LinkedHashMap<String, String>();
    named.ifPresent(count -> places.put("the number of id2label", count));
    config.text(row.community()).ifPresent(count -> places.put(row.community().get(0), count));
    statements.compare(places);
    return named;
  }

  /** NeMo has one window for all layers. */
  private void layerTypes() {
    var kinds =
        config
            .value("layer_types")
            .filter(Arr.class::isInstance)
            .map(list -> ((Arr) list).items().stream().flatMap(i -> i.asText().stream()).toList())
            .orElse(List.of());
    long different = kinds.stream().distinct().count();
    boolean window = !values.getOrDefault("window_size", "null").equals("null");
    if (different > 1) {
      problem("layer_types says " + kinds.stream().distinct().toList() + ", expected one kind");
    } else if (kinds.contains("sliding_attention") && !window) {
      statements.disagree("'layer_types' is sliding_attention and no sliding_window is in use");
    }
  }

  private String fourTimesHidden() {
    return Long.toString(4 * Long.parseLong(values.getOrDefault("hidden_size", "0")));
  }

  private void headSize(String size) {
    String hidden = values.getOrDefault("hidden_size", "0");
    String heads = values.getOrDefault("num_attention_heads", "1");
    boolean usual = Long.parseLong(hidden) == Long.parseLong(size) * Long.parseLong(heads);
    if (!usual) {
      set("kv_channels", size);
    }
  }

  private void window(ConfigKey row) {
    boolean used = !config.text(List.of("use_sliding_window")).filter("false"::equals).isPresent();
    config
        .text(row.community())
        .filter(size -> used && size.matches("[0-9]{1,9}"))
        .ifPresent(size -> values.put(row.nemo(), "[" + (Long.parseLong(size) - 1) + ", 0]"));
  }

  private void unknown() {
    Set<String> known = new HashSet<>(NEUTRAL);
    model.keys().forEach(row -> row.community().forEach(key -> known.add(key.split("[.\\[]")[0])));
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

  /** The class's base configuration with these values. */
  public YamlDocument apply(YamlDocument base) {
    YamlDocument document = base;
    for (var value : values.entrySet()) {
      if (value.getValue().equals("null") && !base.has(value.getKey())) {
        continue;
      }
      document = document.with(value.getKey(), value.getValue());
    }
    return document;
  }
}

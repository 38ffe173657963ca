package io.shardwright.core.internal.convert;

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
  private final Map<String, String> values = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private ConfigImport(CommunityConfig config, CommunityModel model) {
    this.config = config;
    this.model = model;
  }

  /**
   * Reads a document.
   *
   * @param where for messages
   * @throws UnsupportedCheckpointException naming every key that NeMo can't express
   */
  public static ConfigImport read(CommunityConfig config, CommunityModel model, String where) {
    var read = new ConfigImport(config, model);
    model.keys().forEach(read::row);
    read.unknown();
    if (!read.problems.isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.NOT_EXPRESSIBLE, where, String.join("; ", read.problems));
    }
    return read;
  }

  private void row(ConfigKey row) {
    var found = config.text(row.community()).or(row::value);
    switch (row.kind()) {
      case SAME, ALSO -> found.ifPresent(value -> set(row.nemo(), value));
      case WORDS -> found.ifPresent(value -> word(row, value));
      case ONLY ->
          config
              .text(row.community())
              .filter(value -> !Scalars.equal(value, row.value().orElse("null")))
              .ifPresent(value -> problem(says(row, value)));
      case MEANS -> values.put(row.nemo(), row.value().orElse("null").split("\\|")[0]);
      case HEAD_SIZE -> found.ifPresent(this::headSize);
      case INNER -> set(row.nemo(), found.orElseGet(this::fourTimesHidden));
      case LABELS -> set(row.nemo(), labels().or(() -> found).orElse("2"));
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

  private Optional<String> labels() {
    return config
        .value("id2label")
        .filter(Obj.class::isInstance)
        .map(names -> Integer.toString(((Obj) names).fields().size()));
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
    return notes;
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

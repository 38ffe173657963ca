package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of every key of NeMo's own configurations, by the lists in the test resources. */
class NemoKeysTest {
  private static final Set<Optional<Kind>> REFUSALS =
      Set.of(Optional.of(Kind.INPUT), Optional.of(Kind.PLAN));
  private static final Set<String> VERDICTS = Set.of("carried", "mapped", "refused", "none");
  private static final String LANGUAGE =
      "nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel";
  private static final String VISION =
      "nemo.collections.vision.models.megatron_vit_classification_models"
          + ".MegatronVitClassificationModel";
  private static final Map<String, String> LLAMA =
      Map.of(
          "bias", "false",
          "activation", "fast-swiglu",
          "normalization", "rmsnorm",
          "position_embedding_type", "rope",
          "num_query_groups", "2",
          "share_embeddings_and_output_weights", "false");

  private static final Set<String> SAVED = Set.of("bert", "t5", "clip");

  @TempDir Path folder;

  /** A line of a list. */
  private record Key(String name, String verdict, String value, List<String> cases) {
    static Key of(String line) {
      String[] parts = line.split("\t");
      return new Key(
          parts[0],
          parts[1],
          parts[2],
          parts.length < 4 ? List.of() : List.of(parts[3].split("; ")));
    }
  }

  private static List<String> lines(String name) throws IOException {
    try (var stream = NemoKeysTest.class.getResourceAsStream("/nemo-keys/" + name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static List<Key> keys(String list) throws IOException {
    return lines(list + ".tsv").stream().map(Key::of).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "megatron_gpt_config, gpt",
    "megatron_vit_classification_config, vit",
    "megatron_bert_config, bert",
    "megatron_t5_config t5_others, t5",
    "megatron_clip_config clip_others, clip"
  })
  void everyKeyHasOneVerdict(String files, String list) throws IOException {
    var keys = keys(list);
    var names = new ArrayList<String>();
    for (String file : files.split(" ")) {
      names.addAll(lines(file + ".names"));
    }
    assertEquals(names, keys.stream().map(Key::name).toList());
    assertEquals(keys.size(), new HashSet<>(names).size());
    for (Key key : keys) {
      assertTrue(VERDICTS.contains(key.verdict()), key.toString());
      boolean told = key.verdict().equals("mapped") || key.verdict().equals("refused");
      assertEquals(told, !key.cases().isEmpty(), key.toString());
    }
  }

  private static Map<String, String> config(String model) throws IOException {
    boolean vit = model.equals("vit");
    Map<String, String> config = new TreeMap<>();
    if (SAVED.contains(model)) {
      keys(model).forEach(key -> config.put(key.name(), key.value()));
      return config;
    }
    keys(vit ? "vit" : "gpt").forEach(key -> config.put(key.name(), key.value()));
    config.put("target", vit ? VISION : LANGUAGE);
    if (vit) {
      config.putAll(Map.of("class_token_length", "1", "finetune", "true"));
    }
    if (model.equals("llama")) {
      config.putAll(LLAMA);
    }
    return config;
  }

  /** A model that NeMo saved, or one of random values, with a configuration of all keys. */
  private Path source(String model, Map<String, String> config) throws IOException {
    Path source = folder.resolve("source");
    if (!SAVED.contains(model)) {
      return KeyedModel.write(source, config);
    }
    Checkpoints.unpack(Checkpoints.copy(model + "-tp1.nemo", folder), source);
    Path file = source.resolve("model_config.yaml");
    var target =
        Files.readAllLines(file).stream().filter(line -> line.startsWith("target: ")).toList();
    var lines = new ArrayList<>(target);
    KeyedModel.nested(config).forEach((key, value) -> lines.add(key + ": " + value));
    Files.write(file, lines);
    return source;
  }

  private static Order order(String model, Path source, Path target) {
    Order order = Order.of(source, target);
    return SAVED.contains(model) ? order.vocab(259) : order;
  }

  private static Map<String, String> leaves(Path checkpoint) {
    return yaml(checkpoint).leaves();
  }

  private static YamlDocument yaml(Path checkpoint) {
    Path file = checkpoint.resolve("model_config.yaml");
    try (var source = new FileSource(file, "model_config.yaml")) {
      return YamlDocument.parse(source, Guard.standard());
    }
  }

  /** All others at once: those that are refused or mapped for some values keep the rest. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt", "vit", "bert", "t5", "clip"})
  void keysSurviveAReshardUnchanged(String model) throws IOException {
    Path source = source(model, config(model));
    var expected = leaves(source);
    keys(model)
        .forEach(
            key ->
                assertTrue(
                    expected.keySet().stream()
                            .anyMatch(leaf -> (leaf + ".").startsWith(key.name() + "."))
                        || key.value().equals("null"),
                    key.toString()));
    Path two = folder.resolve("two");
    order(model, source, two).tp(2).done();
    assertNotEquals(expected, leaves(two));
    expected.put("tensor_model_parallel_size", "2");
    assertEquals(expected, leaves(two));
  }

  @Test
  void keysSurviveAChangeOfNamingUnchanged() throws IOException {
    Path source = KeyedModel.write(folder.resolve("source"), config("gpt"));
    Path mcore = folder.resolve("mcore");
    Order.of(source, mcore).naming(Naming.MCORE).layout(WeightLayout.RANKS).done();
    var expected = leaves(source);
    expected.put("mcore_gpt", "true");
    assertEquals(expected, leaves(mcore));
  }

  static Stream<String> cases() throws IOException {
    List<Key> all = new ArrayList<>();
    for (String list : List.of("gpt", "vit", "bert", "t5", "clip")) {
      all.addAll(keys(list));
    }
    return all.stream()
        .flatMap(
            key -> key.cases().stream().map(c -> key.name() + " | " + key.verdict() + " | " + c));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theVerdictIsTrue(String line) throws IOException {
    String[] parts = line.split(" \\| ");
    String[] sides = parts[2].split(" => ");
    String[] from = sides[0].split("[ >]");
    boolean named = from[0].equals("llama");
    String kind = from[named ? 1 : 0];
    boolean saved = SAVED.contains(kind);
    String model = named ? "llama" : saved || kind.equals("vit") ? kind : "gpt";
    var config = config(model);
    if (!saved && !model.equals("vit")) {
      config.put("mcore_gpt", "" + kind.equals("mcore"));
    }
    var words = new ArrayDeque<String>();
    for (String word : List.of(from).subList(named ? 2 : 1, from.length)) {
      if (word.contains("=")) {
        config.putAll(pairs(word));
      } else {
        words.add(word);
      }
    }
    Path source = source(model, config);
    var order = order(model, source, folder.resolve("target"));
    if (!saved && words.contains("hf")) {
      order.vocab(24);
    }
    while (!words.isEmpty()) {
      say(order, words);
    }
    Attempt run = order.tried();
    if (parts[1].equals("refused")) {
      assertTrue(REFUSALS.contains(run.kind()), run.kind() + " " + run.said());
      assertTrue(run.said().contains(parts[0] + " "), run.said());
      assertFalse(Files.exists(folder.resolve("target")));
    } else {
      run.assertDone();
      said(pairs(sides[1]));
    }
  }

  /** The next word of a case, which is spelt as the command line's option. */
  private static void say(Order order, Deque<String> words) {
    String word = words.remove();
    switch (word) {
      case "hf" -> order.to(TargetFormat.HUGGING_FACE);
      case "mcore", "legacy" ->
          order.naming(Naming.valueOf(word.toUpperCase(Locale.ROOT))).layout(WeightLayout.RANKS);
      case "--tp" -> order.tp(Integer.parseInt(words.remove()));
      case "--pp" -> order.pp(Integer.parseInt(words.remove()));
      case "--vp" -> order.vp(Integer.parseInt(words.remove()));
      case "bf16" -> order.dtype(DType.BFLOAT16);
      case "--layout" ->
          order.layout(WeightLayout.valueOf(words.remove().toUpperCase(Locale.ROOT)));
      case "--dtype", "--allow-lossy" -> order.lossy();
      default -> throw new IllegalArgumentException(word);
    }
  }

  private void said(Map<String, String> expected) {
    Path json = folder.resolve("target/config.json");
    ModelConfig found = Files.exists(json) ? json(json) : yaml(folder.resolve("target"));
    expected.forEach(
        (key, value) -> {
          String text = found.text(key).orElse("absent");
          assertTrue(text.equals(value) || equal(text, value), key + " is " + text);
        });
  }

  private static boolean equal(String one, String other) {
    boolean numbers = (one + other).matches("[-+.0-9e]+");
    return numbers && new BigDecimal(one).compareTo(new BigDecimal(other)) == 0;
  }

  private static ModelConfig json(Path file) {
    try (var source = new FileSource(file, "config.json")) {
      return new DialectDocument(
          JsonDocument.parsePython(source, Limit.CONFIG_BYTES, Guard.standard()));
    }
  }

  private static Map<String, String> pairs(String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : text.split(",")) {
      pairs.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    return pairs;
  }
}

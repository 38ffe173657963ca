package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.engine.KeyedModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.dialect.DialectDocument;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  @CsvSource({"megatron_gpt_config, gpt", "megatron_vit_classification_config, vit"})
  void everyKeyHasOneVerdict(String names, String list) throws IOException {
    var keys = keys(list);
    assertEquals(lines(names + ".names"), keys.stream().map(Key::name).toList());
    assertEquals(keys.size(), new HashSet<>(lines(names + ".names")).size());
    for (Key key : keys) {
      assertTrue(VERDICTS.contains(key.verdict()), key.toString());
      boolean told = key.verdict().equals("mapped") || key.verdict().equals("refused");
      assertEquals(told, !key.cases().isEmpty(), key.toString());
    }
  }

  private static Map<String, String> config(String model) throws IOException {
    boolean vit = model.equals("vit");
    Map<String, String> config = new TreeMap<>();
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
  @ValueSource(strings = {"gpt", "vit"})
  void keysSurviveAReshardUnchanged(String model) throws IOException {
    Path source = KeyedModel.write(folder.resolve("source"), config(model));
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
    Run.reshard(source, two, "--tp", 2);
    assertNotEquals(expected, leaves(two));
    expected.put("tensor_model_parallel_size", "2");
    assertEquals(expected, leaves(two));
  }

  @Test
  void keysSurviveAChangeOfNamingUnchanged() throws IOException {
    Path source = KeyedModel.write(folder.resolve("source"), config("gpt"));
    Path mcore = folder.resolve("mcore");
    Run.reshard(source, mcore, "--naming", "mcore", "--layout", "ranks");
    var expected = leaves(source);
    expected.put("mcore_gpt", "true");
    assertEquals(expected, leaves(mcore));
  }

  static Stream<String> cases() throws IOException {
    return Stream.concat(keys("gpt").stream(), keys("vit").stream())
        .flatMap(
            key -> key.cases().stream().map(c -> key.name() + " | " + key.verdict() + " | " + c));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theVerdictIsTrue(String line) throws IOException {
    String[] parts = line.split(" \\| ");
    String[] sides = parts[2].split(" => ");
    String[] words = sides[0].split("[ >]");
    boolean named = words[0].equals("llama");
    String from = words[named ? 1 : 0];
    String model = named ? "llama" : from.equals("vit") ? "vit" : "gpt";
    var config = config(model);
    if (!model.equals("vit")) {
      config.put("mcore_gpt", "" + from.equals("mcore"));
    }
    var options = new ArrayList<Object>();
    for (String word : List.of(words).subList(named ? 2 : 1, words.length)) {
      if (word.contains("=")) {
        config.putAll(pairs(word));
      } else {
        options.add(word);
      }
    }
    Run run = run(KeyedModel.write(folder.resolve("source"), config), options);
    if (parts[1].equals("refused")) {
      assertTrue(run.code() == 3 || run.code() == 6, run.code() + " " + run.err());
      assertTrue(run.err().contains(parts[0] + " "), run.err());
      assertFalse(Files.exists(folder.resolve("target")));
    } else {
      assertEquals(0, run.code(), run.err());
      said(pairs(sides[1]));
    }
  }

  private Run run(Path source, List<Object> options) {
    Path target = folder.resolve("target");
    var args = new ArrayList<Object>(List.of("reshard", source, target));
    if (options.remove("hf")) {
      args = new ArrayList<>(List.of("convert", source, target, "--to", "huggingface"));
      args.addAll(List.of("--vocab-size", 24));
    } else if (options.get(0).equals("mcore") || options.get(0).equals("legacy")) {
      args.addAll(List.of("--naming", options.remove(0), "--layout", "ranks"));
    }
    args.addAll(options);
    return Run.of(args.toArray());
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

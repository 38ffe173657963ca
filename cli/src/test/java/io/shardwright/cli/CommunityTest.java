package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hugging Face folders: NeMo's own conversions, and models that transformers made. */
class CommunityTest {
  private static final String WEIGHTS = "model.safetensors";
  private static final String CONFIG = "config.json";

  @TempDir Path folder;

  @Test
  void turnsALlamaIntoNemosOwnArrays() throws IOException {
    Path out = convert(llama("tiny-llama-gqa"), "out.nemo");
    Path theirs = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    assertEquals(Checkpoints.expected("llama-gqa-tp1.nemo"), Checkpoints.found(out));
    assertEquals(configOf(theirs), configOf(out));
  }

  @Test
  void turnsALlamaIntoNemosOlderNamingWithItsInverseFrequencies() throws IOException {
    Path out =
        convert(llama("tiny-llama-mha-bf16"), "out.nemo", "--naming", "legacy", "--dtype", "fp32");
    Path theirs = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    assertEquals(Checkpoints.expected("llama-mha-legacy-tp1.nemo"), Checkpoints.found(out));
    assertEquals(configOf(theirs), configOf(out));
  }

  @Test
  void nemosOwnFlagsDoTheSame() throws IOException {
    Path source = llama("tiny-llama-gqa");
    Path out = folder.resolve("script.nemo");
    Run run =
        Run.of(
            "convert_llama_hf_to_nemo",
            "--input_name_or_path=" + source,
            "--output_path=" + out,
            "--precision=32");
    assertEquals(0, run.code(), run.err());
    assertEquals(Checkpoints.expected("llama-gqa-tp1.nemo"), Checkpoints.found(out));
    Path back = folder.resolve("back");
    Run way =
        Run.of("convert_llama_nemo_to_hf", "--input_name_or_path=" + out, "--output_path=" + back);
    assertEquals(0, way.code(), way.err());
    assertSame(source, back, WEIGHTS, CONFIG, "tokenizer.model", "tokenizer_config.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "llama-linear-rope",
        "llama3-rope-tied",
        "mistral",
        "mixtral",
        "qwen2",
        "nemotron",
        "starcoder2",
        "gpt2"
      })
  void theWayThroughFourRanksAndBackGivesTheSameFiles(String model) throws IOException {
    Path source = community(model);
    Path nemo = convert(source, "m.nemo", "--tp", 2, "--pp", 2);
    assertSame(source, convert(nemo, "back"), WEIGHTS, CONFIG);
    Path direct = convert(source, "d.nemo");
    Path merged = folder.resolve("merged.nemo");
    Checkpoints.reshard(nemo, merged, "--tp", 1, "--pp", 1);
    assertEquals(Checkpoints.found(direct), Checkpoints.found(merged));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vit", "vit-digits"})
  void theVitComesBackAsItWas(String model) throws IOException {
    Path source = community(model);
    assertSame(source, convert(convert(source, "m.nemo", "--tp", 4), "back"), WEIGHTS, CONFIG);
  }

  @Test
  void gemmaComesBackToOneRounding() throws IOException {
    Path source = community("gemma");
    Path back = convert(convert(source, "m.nemo", "--tp", 2), "back");
    Map<String, float[]> before = floats(source);
    Map<String, float[]> after = floats(back);
    assertEquals(before.keySet(), after.keySet());
    before.forEach(
        (name, values) -> {
          for (int i = 0; i < values.length; i++) {
            float allowed = name.contains("norm") ? Math.ulp(1f + values[i]) : 0;
            assertEquals(values[i], after.get(name)[i], allowed, name);
          }
        });
  }

  @Test
  void saysThatGemmaInHalfPrecisionIsNotExact() throws IOException {
    Path source = community("gemma");
    Run run =
        Run.of("convert", source, folder.resolve("m.nemo"), "--dtype", "bf16", "--allow-lossy");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("were rounded"), run.out());
  }

  @Test
  void legacyNamingIsAnotherWayThere() throws IOException {
    Path source = community("gpt2");
    Path nemo = convert(source, "m.nemo", "--naming", "legacy", "--tp", 4, "--layout", "ranks");
    assertSame(source, convert(nemo, "back"), WEIGHTS, CONFIG);
  }

  @Test
  void readsAndWritesShards() throws IOException {
    Path source = community("llama");
    Path nemo = convert(source, "m.nemo");
    Path shards = convert(nemo, "shards", "--max-shard-size", "50KB");
    var names = names(shards);
    assertTrue(names.contains("model-00001-of-00004.safetensors"), "" + names);
    assertTrue(names.contains("model.safetensors.index.json"), "" + names);
    String index = Files.readString(shards.resolve("model.safetensors.index.json"));
    assertTrue(index.contains("\"total_size\": 149632"), index);
    Path again = convert(shards, "again.nemo");
    assertEquals(Checkpoints.found(nemo), Checkpoints.found(again));
    Files.writeString(
        shards.resolve("model.safetensors.index.json"),
        index.replace("00002-of-00004.safetensors\",", "00001-of-00004.safetensors\","));
    assertRefused(3, "SW-116", shards);
  }

  @Test
  void readsTorchFiles() throws IOException {
    Path source = community("llama");
    Path nemo = convert(source, "m.nemo");
    Path torch = folder.resolve("torch");
    Files.createDirectories(torch);
    Files.copy(source.resolve(CONFIG), torch.resolve(CONFIG));
    Files.write(torch.resolve("pytorch_model.bin"), torchFile(source));
    assertEquals(Checkpoints.found(nemo), Checkpoints.found(convert(torch, "t.nemo")));
    var call = Call.reduce(new Global("os", "system"), new Text("true"));
    Files.write(
        torch.resolve("pytorch_model.bin"),
        ExtraState.file("archive", new Dict().put(new Text("x"), call)));
    assertRefused(4, "SW-301", torch);
  }

  @Test
  void aSlidingWindowIsOneLessInNemo() throws IOException {
    Path out = convert(community("mistral"), "out");
    String config = Files.readString(out.resolve("model_config.yaml"));
    assertTrue(config.contains("window_size:\n- 15\n- 0\n"), config);
  }

  @ParameterizedTest
  @CsvSource({
    "mixtral, moe_router_pre_softmax: false",
    "mixtral, num_moe_experts: 4",
    "starcoder2, bias_activation_fusion: true",
    "gpt2, bias_activation_fusion: true",
    "gpt2, ffn_hidden_size: 128",
    "nemotron, normalization: layernorm1p",
    "nemotron, rotary_percentage: 0.5",
    "qwen2, add_qkv_bias: true",
    "gemma, apply_embedding_scaling: true",
    "gemma, kv_channels: 16",
    "llama-linear-rope, seq_len_interpolation_factor: 2.0",
    "llama3-rope-tied, scale_positional_embedding: true",
    "llama3-rope-tied, old_context_len: 32",
    "vit, class_token_length: 1",
    "vit, finetune: true",
    "vit, num_classes: 10",
    "vit, layernorm_epsilon: 1.0e-12",
  })
  void saysWhatTheClassMeans(String model, String line) throws IOException {
    Path out = convert(community(model), "out");
    List<String> config = Files.readAllLines(out.resolve("model_config.yaml"));
    assertTrue(config.contains(line), line + " in " + config);
  }

  @Test
  void neverTrimsRowsToTheTokenizer() throws IOException {
    Path out = convert(llama("tiny-llama-mha-bf16"), "out.nemo");
    assertTrue(Checkpoints.found(out).stream().anyMatch(l -> l.contains("bfloat16\t[256, 64]")));
    assertTrue(
        Checkpoints.found(convert(out, "back")).stream()
            .anyMatch(l -> l.contains("lm_head.weight\tbfloat16\t[256, 64]")));
  }

  @Test
  void keepsAllRowsOfAnArchiveWithoutOriginUnlessTold() throws IOException {
    Path nemo = convert(community("llama"), "m", "--tp", 2);
    Files.delete(nemo.resolve("shardwright_origin.json"));
    String rows = "model.embed_tokens.weight\tfloat32\t";
    var all = Checkpoints.found(convert(nemo, "all", "--to", "huggingface"));
    assertTrue(all.stream().anyMatch(l -> l.contains(rows + "[104, 32]")), "" + all);
    var told = Checkpoints.found(convert(nemo, "told", "--to", "huggingface", "--vocab-size", 100));
    assertTrue(told.stream().anyMatch(l -> l.contains(rows + "[100, 32]")), "" + told);
  }

  @Test
  void writesPlainTensorsOfAnArchiveOfNoKnownFamily() throws IOException {
    Path nemo = folder.resolve("unknown");
    Checkpoints.reshard(Checkpoints.copy("gpt-5b-like-tp2pp2.nemo", folder), nemo);
    Path config = nemo.resolve("model_config.yaml");
    Files.writeString(config, Files.readString(config).replaceAll("target: .*", "target: my.Own"));
    Path out = folder.resolve("plain");
    Run run = Run.of("convert", nemo, out, "--to", "safetensors");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("nothing was merged"), run.err());
    assertTrue(names(out).contains("tp_rank_01_pp_rank_001.safetensors"), "" + names(out));
    assertTrue(names(out).contains("model_config.yaml"), "" + names(out));
    int tensors = 0;
    for (String name : names(out)) {
      if (name.endsWith(".safetensors")) {
        try (var file = new FileSource(out.resolve(name), name)) {
          tensors += SafetensorsFile.open(file).tensors().size();
        }
      }
    }
    assertEquals(Checkpoints.expected("gpt-5b-like-tp2pp2.nemo").size(), tensors);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama | \"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | hidden_act is 'gelu'",
        "llama | \"attention_bias\": false | \"attention_bias\": true | attention_bias",
        "llama | \"rope_scaling\": null | \"rope_scaling\": {\"type\": \"yarn\"} | 'yarn'",
        "llama | \"use_cache\" | \"quantization_config\": {}, \"use_cache\" | quantized",
        "gpt2 | \"scale_attn_weights\": true | \"scale_attn_weights\": false | scale_attn",
        "vit | \"qkv_bias\": true | \"qkv_bias\": false | qkv_bias",
        "llama | LlamaForCausalLM | OtherForCausalLM | other-type",
      })
  void refusesWhatNemoCannotExpress(String model, String before, String after, String part)
      throws IOException {
    Path source = community(model);
    String config = Files.readString(source.resolve(CONFIG));
    String changed = config.replace(before, after);
    if (part.equals("other-type")) {
      changed = changed.replace("\"llama\"", "\"other-type\"");
      part = "no family knows architecture 'OtherForCausalLM'";
    }
    assertNotEquals(config, changed);
    Files.writeString(source.resolve(CONFIG), changed);
    assertRefused(3, part, source);
  }

  @Test
  void refusesAClassThatCannotExpressTheConfiguration() throws IOException {
    Path nemo = convert(community("llama"), "m");
    Path config = nemo.resolve("model_config.yaml");
    Files.writeString(
        config,
        Files.readString(config).replace("rotary_percentage: 1.0", "rotary_percentage: 0.5"));
    Run run = Run.of("convert", nemo, folder.resolve("x"), "--to", "huggingface");
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("SW-208") && run.err().contains("rotary_percentage"), run.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.layers.1.mlp.up_proj.weight | | SW-116",
        "model.layers.1.self_attn.k_proj.weight | | SW-116",
        "model.layers.1.mlp.up_proj.weight | model.layers.1.mlp.upp_proj.weight | SW-206",
        "model.layers.1.mlp.up_proj.weight | model.layers.9.mlp.up_proj.weight | SW-116",
      })
  void namesATensorThatIsMissingOrUnknown(String name, String instead, String code)
      throws IOException {
    Path source = community("llama");
    var file = source.resolve(WEIGHTS);
    String header = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    String renamed = instead == null ? name.replace("model.layers", "model.layerz") : instead;
    byte[] bytes = header.replace(name, renamed).getBytes(StandardCharsets.ISO_8859_1);
    long grown = renamed.length() - name.length();
    var length = ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    length.putLong(0, length.getLong(0) + grown);
    Files.write(file, bytes);
    String expected = instead == null ? "SW-206" : code;
    assertRefused(3, expected, source);
    assertRefused(3, "layer", source);
  }

  private void assertRefused(int code, String part, Path source) {
    Path out = folder.resolve("refused.nemo");
    Run run = Run.of("convert", source, out);
    assertEquals(code, run.code(), run.err());
    assertTrue(run.err().contains(part), run.err());
    assertFalse(Files.exists(out));
  }

  private Path convert(Path source, String name, Object... options) {
    Path target = folder.resolve(name);
    var args = new ArrayList<Object>(List.of("convert", source, target, "--no-sync"));
    if (!List.of(options).contains("--to")) {
      boolean nemo =
          Files.isDirectory(source) && !Files.exists(source.resolve("model_config.yaml"));
      args.addAll(List.of("--to", nemo ? "nemo" : "huggingface"));
    }
    args.addAll(List.of(options));
    Run run = Run.of(args.toArray());
    assertEquals(0, run.code(), run.err());
    return target;
  }

  private List<String> configOf(Path nemo) throws IOException {
    Path unpacked = folder.resolve(nemo.getFileName() + "-unpacked");
    Checkpoints.reshard(nemo, unpacked);
    return Files.readAllLines(unpacked.resolve("model_config.yaml")).stream()
        .filter(line -> !line.contains("_tokenizer.model"))
        .sorted()
        .toList();
  }

  private Path llama(String name) throws IOException {
    return copy("/nemo/hf/" + name, name);
  }

  private Path community(String name) throws IOException {
    return copy("/community/" + name, name);
  }

  private Path copy(String resource, String name) throws IOException {
    Path target = folder.resolve("hf-" + name);
    Files.createDirectories(target);
    for (String file :
        List.of(
            CONFIG,
            WEIGHTS,
            "generation_config.json",
            "tokenizer.model",
            "tokenizer_config.json",
            "special_tokens_map.json")) {
      try (var stream = CommunityTest.class.getResourceAsStream(resource + "/" + file)) {
        if (stream != null) {
          Files.copy(stream, target.resolve(file));
        }
      }
    }
    return target;
  }

  private static TreeSet<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      var names = new TreeSet<String>();
      files.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    }
  }

  private static void assertSame(Path expected, Path found, String... files) throws IOException {
    for (String file : files) {
      byte[] want = Files.readAllBytes(expected.resolve(file));
      assertArrayEquals(want, Files.readAllBytes(found.resolve(file)), file);
    }
  }

  private static Map<String, float[]> floats(Path source) {
    Map<String, float[]> all = new LinkedHashMap<>();
    try (var file = new FileSource(source.resolve(WEIGHTS), WEIGHTS)) {
      SafetensorsFile.open(file)
          .tensors()
          .forEach(
              (name, stored) -> {
                var bytes =
                    ByteBuffer.allocate((int) stored.bytes().size())
                        .order(java.nio.ByteOrder.LITTLE_ENDIAN);
                stored.bytes().readFully(bytes, 0);
                var values = new float[bytes.capacity() / 4];
                bytes.flip().asFloatBuffer().get(values);
                all.put(name, values);
              });
    }
    return all;
  }

  private static byte[] torchFile(Path source) {
    try (var file = new FileSource(source.resolve(WEIGHTS), WEIGHTS)) {
      var tensors = SafetensorsFile.open(file).tensors();
      var pickle = new StateDictPickle();
      Map<String, byte[]> bytes = new LinkedHashMap<>();
      tensors.forEach(
          (name, stored) -> {
            var buffer = ByteBuffer.allocate((int) stored.bytes().size());
            stored.bytes().readFully(buffer, 0);
            bytes.put(pickle.add(stored.spec()), buffer.array());
          });
      byte[] root = PickleWriter.write(pickle.build(Optional.empty()));
      var layout = TorchLayout.of("pytorch_model", root, pickle.storages());
      var out = ByteBuffer.allocate((int) layout.size());
      Map<String, Long> crcs = new LinkedHashMap<>();
      bytes.forEach(
          (key, held) -> {
            var crc = new CRC32();
            crc.update(held);
            crcs.put(key, crc.getValue());
            out.put((int) layout.dataOffset(key), held);
          });
      layout.structure(crcs).forEach(chunk -> out.put((int) chunk.offset(), chunk.bytes()));
      return out.array();
    }
  }
}

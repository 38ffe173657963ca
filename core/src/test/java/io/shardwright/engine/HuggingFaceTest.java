package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hugging Face folders: NeMo's own conversions, and models that transformers made. */
class HuggingFaceTest extends ModelFolders {
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
        convert(
            llama("tiny-llama-mha-bf16"),
            "out.nemo",
            order -> order.naming(Naming.LEGACY).dtype(DType.FLOAT32));
    Path theirs = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    assertEquals(Checkpoints.expected("llama-mha-legacy-tp1.nemo"), Checkpoints.found(out));
    assertEquals(configOf(theirs), configOf(out));
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
    Path source = huggingFace(model);
    Path nemo = convert(source, "m.nemo", order -> order.grid(2, 2));
    assertSame(source, convert(nemo, "back"), WEIGHTS, CONFIG);
    Path direct = convert(source, "d.nemo");
    Path merged = folder.resolve("merged.nemo");
    Order.of(nemo, merged).grid(1, 1).done();
    assertEquals(Checkpoints.found(direct), Checkpoints.found(merged));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vit", "vit-digits", "timm-vit"})
  void theVitComesBackAsItWas(String model) throws IOException {
    Path source = huggingFace(model);
    assertSame(
        source, convert(convert(source, "m.nemo", order -> order.tp(4)), "back"), WEIGHTS, CONFIG);
  }

  @Test
  void legacyNamingIsAnotherWayThere() throws IOException {
    Path source = huggingFace("gpt2");
    Path nemo =
        convert(
            source,
            "m.nemo",
            order -> order.naming(Naming.LEGACY).tp(4).layout(WeightLayout.RANKS));
    assertSame(source, convert(nemo, "back"), WEIGHTS, CONFIG);
  }

  @Test
  void readsAndWritesShards() throws IOException {
    Path source = huggingFace("llama");
    Path nemo = convert(source, "m.nemo");
    Path shards = convert(nemo, "shards", order -> order.shards(50_000));
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
    assertRefused(Kind.INPUT, "SW-116", shards);
  }

  @Test
  void namesTheFirstBrokenShardInTheIndexsOrder() throws IOException {
    Path nemo = convert(huggingFace("llama"), "m.nemo");
    Path shards = convert(nemo, "shards", order -> order.shards(20_000));
    String index = Files.readString(shards.resolve("model.safetensors.index.json"));
    var named = Pattern.compile("model-[^\"]*").matcher(index).results().map(MatchResult::group);
    var broken = named.distinct().skip(1).toList();
    for (String name : broken) {
      Files.writeString(shards.resolve(name), "no header");
    }
    for (int run = 0; run < 20; run++) {
      Attempt.open(shards).assertRefused(Kind.INPUT, broken.get(0));
    }
  }

  @Test
  void readsTorchFiles() throws IOException {
    Path source = huggingFace("llama");
    Path nemo = convert(source, "m.nemo");
    Path torch = folder.resolve("torch");
    Files.createDirectories(torch);
    Files.copy(source.resolve(CONFIG), torch.resolve(CONFIG));
    HeldTensors.of(source.resolve(WEIGHTS)).writeTorch(torch.resolve("pytorch_model.bin"));
    assertEquals(Checkpoints.found(nemo), Checkpoints.found(convert(torch, "t.nemo")));
    var call = Call.reduce(new Global("os", "system"), new Text("true"));
    Files.write(
        torch.resolve("pytorch_model.bin"),
        ExtraState.file("archive", new Dict().put(new Text("x"), call)));
    assertRefused(Kind.SAFETY, "SW-301", torch);
  }

  @Test
  void aSlidingWindowIsOneLessInNemo() throws IOException {
    Path out = convert(huggingFace("mistral"), "out");
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
    "timm-vit, num_attention_heads: 4",
    "timm-vit, img_w: 16",
    "timm-vit, layernorm_epsilon: 1.0e-06",
    "timm-vit, num_layers: 3",
    "vit, class_token_length: 1",
    "vit, finetune: true",
    "vit, num_classes: 10",
    "vit, layernorm_epsilon: 1.0e-12",
  })
  void saysWhatTheClassMeans(String model, String line) throws IOException {
    Path out = convert(huggingFace(model), "out");
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
    Path nemo = convert(huggingFace("llama"), "m", order -> order.tp(2));
    Files.delete(nemo.resolve("shardwright_origin.json"));
    String rows = "model.embed_tokens.weight\tfloat32\t";
    var all = Checkpoints.found(convert(nemo, "all", order -> order.to(TargetFormat.HUGGING_FACE)));
    assertTrue(all.stream().anyMatch(l -> l.contains(rows + "[104, 32]")), "" + all);
    var told =
        Checkpoints.found(
            convert(nemo, "told", order -> order.to(TargetFormat.HUGGING_FACE).vocab(100)));
    assertTrue(told.stream().anyMatch(l -> l.contains(rows + "[100, 32]")), "" + told);
  }

  @Test
  void aModelThatWasSavedWithoutItsFirstNamePartIsTheSame() throws IOException {
    Path source = huggingFace("gpt2");
    Path nemo = convert(source, "m.nemo");
    Path file = source.resolve(WEIGHTS);
    var text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    int header =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(0);
    String names = text.substring(8, 8 + header).replace("\"transformer.", "\"");
    String padded = names + " ".repeat(header - names.length());
    Files.write(
        file,
        (text.substring(0, 8) + padded + text.substring(8 + header))
            .getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(Checkpoints.found(nemo), Checkpoints.found(convert(source, "again.nemo")));
  }

  @Test
  void writesPlainTensorsOfAnArchiveOfNoKnownFamily() throws IOException {
    Path nemo = folder.resolve("unknown");
    Order.of(Checkpoints.copy("gpt-5b-like-tp2pp2.nemo", folder), nemo).done();
    Path config = nemo.resolve("model_config.yaml");
    Files.writeString(config, Files.readString(config).replaceAll("target: .*", "target: my.Own"));
    Path out = folder.resolve("plain");
    Order.of(nemo, out).to(TargetFormat.SAFETENSORS).tried().assertDone("nothing was merged");
    assertTrue(names(out).contains("tp_rank_01_pp_rank_001.safetensors"), "" + names(out));
    assertTrue(names(out).contains("model_config.yaml"), "" + names(out));
    int tensors = 0;
    for (String name : names(out)) {
      if (name.endsWith(".safetensors")) {
        try (var file = new FileSource(out.resolve(name), name)) {
          tensors += SafetensorsFile.open(file, Guard.standard()).tensors().size();
        }
      }
    }
    assertEquals(Checkpoints.expected("gpt-5b-like-tp2pp2.nemo").size(), tensors);
  }
}

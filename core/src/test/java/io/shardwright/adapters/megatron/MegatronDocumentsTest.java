package io.shardwright.adapters.megatron;

import static io.shardwright.adapters.megatron.GoldenDocuments.DIALECTS;
import static io.shardwright.adapters.megatron.GoldenDocuments.PROVIDER;
import static io.shardwright.adapters.megatron.GoldenDocuments.arguments;
import static io.shardwright.adapters.megatron.GoldenDocuments.base;
import static io.shardwright.adapters.megatron.GoldenDocuments.facts;
import static io.shardwright.adapters.megatron.GoldenDocuments.read;
import static io.shardwright.adapters.megatron.GoldenDocuments.section;
import static io.shardwright.adapters.megatron.GoldenDocuments.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Megatron's documents say, read and written by one table each. */
class MegatronDocumentsTest {
  private static void assertSays(Obj expected, Obj found, Set<String> but) {
    for (var field : found.fields().entrySet()) {
      Optional<JsonValue> said = expected.get(field.getKey());
      if (said.isPresent() && !but.contains(field.getKey())) {
        assertEquals(plain(said.get()), plain(field.getValue()), field.getKey());
      }
    }
  }

  private static Object plain(JsonValue value) {
    if (value instanceof Obj object) {
      var plain = new LinkedHashMap<String, Object>();
      object.fields().forEach((key, field) -> plain.put(key, plain(field)));
      return Map.copyOf(plain);
    }
    return value instanceof Num number ? new BigDecimal(number.text()).stripTrailingZeros() : value;
  }

  @ParameterizedTest
  @CsvSource({
    "run_config.yaml,320,320",
    "model-nemotron.yaml,320,320",
    "model-qwen2.yaml,320,320",
    "model-qwen3.yaml,320,320",
    "model-gemma.yaml,320,320",
    "model-gemma2.yaml,320,320",
    "model-gemma3.yaml,320,320"
  })
  void writesWhatBridgeWrote(String file, long size, long rows) {
    Obj golden = section(file);
    Configuration config = read(RunConfig.of(golden).orElseThrow());
    Obj written =
        (Obj)
            RunConfig.write(PROVIDER, facts(config, OptionalLong.of(size), rows))
                .get(RunConfig.MODEL)
                .orElseThrow();
    assertSays(golden, written, Set.of());
    assertEquals(text(config), text(read(RunConfig.of(written).orElseThrow())), "read again");
  }

  /** What says that some layers have experts would make another function of it. */
  @Test
  void namesOneFunctionOfLayersThatDifferInTwoWays() {
    Configuration config =
        read(RunConfig.of(section("model-qwen3.yaml")).orElseThrow())
            .with("experimental_attention_variant", "gated_delta_net")
            .with("linear_attention_freq", "4")
            .with("num_moe_experts", "4")
            .with("moe_layer_freq", "[0, 1, 1, 1]");
    Obj written = RunConfig.write(PROVIDER, facts(config, OptionalLong.of(320), 320));
    var layers = new DialectDocument(written);
    assertTrue(layers.text("model.transformer_layer_spec._target_").isPresent(), "" + written);
    assertEquals(Optional.empty(), layers.text("model.transformer_layer_spec._partial_"));
  }

  @ParameterizedTest
  @CsvSource({
    "moe_router_topk, 1, moe_router_topk is 1",
    "multi_latent_attention, true, q_lora_rank is not set"
  })
  void saysWhatMegatronCoreDoesNotBuild(String key, String value, String said) {
    Configuration config =
        read(RunConfig.of(section("model-qwen3.yaml")).orElseThrow())
            .with("num_moe_experts", "4")
            .with("moe_router_topk", "2");
    assertEquals(List.of(), MegatronKeys.notes(config));
    assertTrue(MegatronKeys.notes(config.with(key, value)).get(0).startsWith(said));
  }

  /** Precision, fusions and what a run was for are not the model's. */
  @Test
  void writesWhatMegatronLmWrote() {
    Obj golden = arguments();
    Configuration config = read(Arguments.of(golden).orElseThrow());
    Obj written = Arguments.write(facts(config, OptionalLong.of(128), 128), 4, 7);
    assertSays(
        golden,
        written,
        Set.of(
            "params_dtype",
            "kv_channels",
            "iteration",
            "bias_gelu_fusion",
            "overlap_p2p_comm",
            "gradient_accumulation_fusion",
            "consumed_train_samples",
            "no_save_rng"));
    assertEquals(text(config), text(read(Arguments.of(written).orElseThrow())));
  }

  private static Configuration model(Random random) {
    int heads = 2 << random.nextInt(3);
    boolean rope = random.nextBoolean();
    String activation = List.of("fast-swiglu", "gelu", "squared-relu").get(random.nextInt(3));
    var values = new LinkedHashMap<String, String>();
    values.put("num_layers", "" + (1 + random.nextInt(9)));
    values.put("hidden_size", "" + heads * (1 + random.nextInt(9)));
    values.put("ffn_hidden_size", "" + (1 + random.nextInt(99)));
    values.put("num_attention_heads", "" + heads);
    values.put("num_query_groups", random.nextBoolean() ? "" + heads / 2 : "null");
    values.put("bias", "" + random.nextBoolean());
    values.put("normalization", List.of("rmsnorm", "layernorm").get(random.nextInt(2)));
    values.put("activation", activation);
    if (activation.equals("gelu")) {
      values.put("bias_activation_fusion", "" + random.nextBoolean());
    }
    values.put("position_embedding_type", rope ? "rope" : "learned_absolute");
    values.put("rotary_percentage", "0." + (1 + random.nextInt(9)));
    values.put("rotary_base", (1 + random.nextInt(99)) + "000.0");
    values.put("window_size", random.nextBoolean() ? "[127, 0]" : "null");
    values.put("share_embeddings_and_output_weights", "" + random.nextBoolean());
    values.put("seq_len_interpolation_factor", random.nextBoolean() ? "2" : "null");
    values.put("encoder_seq_length", "512");
    values.put("max_position_embeddings", "512");
    values.put("data.seq_length", "512");
    values.put("apply_query_key_layer_scaling", "false");
    values.put("layernorm_epsilon", "1.0e-06");
    values.put("tensor_model_parallel_size", "2");
    if (random.nextBoolean()) {
      values.put("add_qkv_bias", "true");
      values.put("qkv_bias", "true");
    }
    Configuration config = base();
    for (var value : values.entrySet()) {
      if (!value.getValue().equals("null")) {
        config = config.with(value.getKey(), value.getValue());
      }
    }
    return config;
  }

  @Test
  void saysAModelThereAndBack() {
    for (long seed = 0; seed < 200; seed++) {
      Configuration config = model(new Random(seed));
      Facts facts = facts(config, OptionalLong.of(300), 512);
      Obj args = Arguments.write(facts, 8, 0);
      assertAlike(config, Arguments.of(args).orElseThrow(), "args, seed " + seed);
      if (!config.text("position_embedding_type").equals(Optional.of("learned_absolute"))) {
        var written = RunConfig.write(PROVIDER, facts).get(RunConfig.MODEL).orElseThrow();
        assertAlike(config, RunConfig.of(written).orElseThrow(), "run_config, seed " + seed);
      }
    }
  }

  private static void assertAlike(Configuration config, ModelDocument document, String where) {
    assertEquals(OptionalLong.of(300), document.vocabulary(), where);
    var read = document.read(DIALECTS, base(), where);
    assertTrue(read.isSaidBy(config), where);
    for (String key :
        List.of(
            "activation",
            "num_query_groups",
            "add_qkv_bias",
            "window_size",
            "tensor_model_parallel_size",
            "rotary_base",
            "seq_len_interpolation_factor",
            "bias_activation_fusion")) {
      if (config.has(key) && read.has(key)) {
        assertEquals(number(config.text(key)), number(read.text(key)), where + " " + key);
      }
    }
  }

  private static String number(Optional<String> text) {
    return text.orElse("null").replaceFirst("\\.0$", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "activation=reglu",
        "normalization=low_precision_layernorm",
        "position_embedding_type=alibi",
        "name=megatron_falcon_gpt",
        "apply_embedding_scaling=true"
      })
  void refusesByKeyWhatTheDocumentsCantSay(String change) {
    String[] key = change.split("=");
    Facts facts = facts(base().with(key[0], key[1]), OptionalLong.empty(), 128);
    for (var write :
        List.<Runnable>of(
            () -> RunConfig.write(PROVIDER, facts), () -> Arguments.write(facts, 1, 0))) {
      var refused = assertThrows(UnsupportedCheckpointException.class, write::run);
      assertTrue(refused.getMessage().contains(key[0] + " is " + key[1]), refused.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"position_embedding_type=learned_absolute", "normalization=layernorm1p;bias=true"})
  void sendsModelsThatBridgeHasNoClassForToMegatron(String changes) {
    Configuration config = base();
    for (String change : changes.split(";")) {
      config = config.with(change.split("=")[0], change.split("=")[1]);
    }
    Facts facts = facts(config, OptionalLong.empty(), 128);
    var refused =
        assertThrows(UnsupportedCheckpointException.class, () -> RunConfig.write(PROVIDER, facts));
    for (String change : changes.split(";")) {
      String said = change.replace("=", " is ");
      assertTrue(refused.getMessage().contains(said), refused.getMessage());
    }
    assertTrue(refused.getMessage().contains("megatron"), refused.getMessage());
    Arguments.write(facts, 1, 0);
  }
}

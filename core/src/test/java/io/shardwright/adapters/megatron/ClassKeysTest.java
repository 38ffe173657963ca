package io.shardwright.adapters.megatron;

import static io.shardwright.adapters.megatron.GoldenDocuments.DIALECTS;
import static io.shardwright.adapters.megatron.GoldenDocuments.facts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What classes of transformers say of their computation, by way of Megatron-LM's arguments. */
class ClassKeysTest {
  private static final List<ModelFamilyAdapter> FAMILIES =
      ServiceLoader.load(ModelFamilyAdapter.class).stream()
          .map(ServiceLoader.Provider::get)
          .toList();
  private static final String SIZES =
      "'num_hidden_layers': 4, 'hidden_size': 64, 'intermediate_size': 48,"
          + " 'num_attention_heads': 16, 'num_local_experts': 4, 'num_experts_per_tok': 2,"
          + " 'moe_intermediate_size': 24, 'max_position_embeddings': 64, ";

  private static Stream<HuggingFaceModel> models() {
    return FAMILIES.stream().flatMap(family -> family.huggingFaceModels().stream());
  }

  private static HuggingFaceModel model(String architecture) {
    return models().filter(of -> of.architecture().equals(architecture)).findFirst().orElseThrow();
  }

  private static Obj json(String text) {
    var bytes = ("{" + SIZES + text + "}").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return JsonDocument.parsePython(
        new MemorySource(bytes, "config.json"), Limit.CONFIG_BYTES, Guard.standard());
  }

  private static Configuration read(HuggingFaceModel model, Obj document) {
    var base = DIALECTS.configuration(model.base(), "base");
    return DIALECTS
        .read(new DialectDocument(document), model.dialect(), base)
        .rows()
        .requireSound("config.json")
        .apply(base, "config.json");
  }

  private static DialectDocument throughMegatron(HuggingFaceModel model, Configuration config) {
    var facts = facts(config, OptionalLong.empty(), 128);
    Configuration base = DIALECTS.configuration(model.base(), "base");
    Configuration found =
        Arguments.of(Arguments.write(facts, 1, 0))
            .orElseThrow()
            .read(DIALECTS, base, "args")
            .apply(YamlDocument.of(Map.of(), Guard.standard()), "args");
    var writing = DIALECTS.write(found, model.architecture());
    writing.rows(model.dialect());
    assertEquals(List.of(), writing.problems());
    return new DialectDocument(writing.document());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Qwen3MoeForCausalLM | 'norm_topk_prob': true | norm_topk_prob | true",
        "Qwen3MoeForCausalLM | 'norm_topk_prob': false | norm_topk_prob | false",
        "Qwen2MoeForCausalLM | 'qkv_bias': false | qkv_bias | false",
        "Qwen2MoeForCausalLM | 'decoder_sparse_step': 1 | qkv_bias | true",
        "DeepseekV3ForCausalLM | 'q_lora_rank': null | q_lora_rank | null",
        "DeepseekV3ForCausalLM | 'kv_lora_rank': 8 | q_lora_rank | 1536",
        "MixtralForCausalLM | 'rope_theta': 10000.0 | rope_theta | 10000",
        "MistralForCausalLM | 'num_key_value_heads': null | num_key_value_heads | 16",
        "MistralForCausalLM | 'num_key_value_heads': 16 | num_key_value_heads | 16",
        "MistralForCausalLM | 'head_dim': 4 | num_key_value_heads | 8",
        "Phi3ForCausalLM | 'partial_rotary_factor': 0.5 | partial_rotary_factor | 0.5",
        "MinistralForCausalLM | 'sliding_window': 8 | layer_types | [sliding_attention × 4]",
        "MinistralForCausalLM | 'layer_types': ['full_attention', 'sliding_attention',"
            + " 'full_attention', 'sliding_attention'] | layer_types"
            + " | [full_attention, sliding_attention, full_attention, sliding_attention]",
      })
  void saysWhatWasSaid(String architecture, String document, String key, String expected) {
    HuggingFaceModel model = model(architecture);
    DialectDocument found = throughMegatron(model, read(model, json(document)));
    String all = expected.replace("sliding_attention × 4", "sliding_attention, ".repeat(4));
    assertEquals(
        all.replace(", ]", "]"),
        found.kind(key) == ModelConfig.Kind.LIST
            ? found.says(key).replace(key + " is ", "")
            : found.text(key).orElse("null"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DeepseekV2ForCausalLM | 'norm_topk_prob': true | norm_topk_prob is 'true'",
        "Ministral3ForCausalLM | 'rope_theta': 10000.0 | rope_scaling is of kind 'yarn'",
        "Glm4ForCausalLM | 'attention_bias': 'yes' | attention_bias is yes (a text)",
        "Qwen3MoeForCausalLM | 'norm_topk_prob': 1 | norm_topk_prob is 1 (a whole number)",
      })
  void refusesWhatMegatronComputesOtherwise(String architecture, String document, String message) {
    HuggingFaceModel model = model(architecture);
    var refused = assertThrows(CheckpointException.class, () -> read(model, json(document)));
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  /** A class that rotates whole heads is not chosen for a model that rotates a part of each. */
  @ParameterizedTest
  @CsvSource({"1.0, LlamaForCausalLM", "0.5, Phi3ForCausalLM"})
  void choosesAClassThatRotatesAsMuch(String share, String architecture) {
    HuggingFaceModel phi = model("Phi3ForCausalLM");
    Configuration config = read(phi, json("'partial_rotary_factor': " + share));
    var chosen = models().filter(candidate -> candidate.fits(config)).findFirst().orElseThrow();
    assertEquals(architecture, chosen.architecture());
  }
}

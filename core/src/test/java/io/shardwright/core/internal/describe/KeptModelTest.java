package io.shardwright.core.internal.describe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** NeMo 1.23 runs on Megatron-Core 0.5, which lacks layers that later models have. */
class KeptModelTest {
  private static KeyMeaning model(Map<String, String> keys) {
    var config = YamlDocument.of(Map.of(), Guard.standard());
    for (var key : keys.entrySet()) {
      config = config.with(key.getKey(), key.getValue());
    }
    ModelFamilyAdapter llama =
        ServiceLoader.load(ModelFamilyAdapter.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(family -> family.id().equals("llama"))
            .findFirst()
            .orElseThrow();
    return new KeyMeaning(llama, config, Naming.HUGGING_FACE);
  }

  private static List<String> kept(String key, String value) {
    return model(Map.of(key, value)).kept();
  }

  @ParameterizedTest
  @CsvSource({
    "qk_layernorm, true",
    "multi_latent_attention, true",
    "mtp_num_layers, 1",
    "moe_router_score_function, sigmoid",
    "moe_layer_freq, '[0, 1]'",
    "name, megatron_gemma3"
  })
  void saysThatNemoOnlyKeepsAModel(String key, String value) {
    assertEquals(
        List.of(
            "the target only stores the model; NeMo can't run it: "
                + key
                + " is "
                + value
                + ": not in NeMo 1.23"),
        kept(key, value));
  }

  @ParameterizedTest
  @CsvSource({"qk_layernorm, false", "num_moe_experts, 8", "name, megatron_falcon_gpt"})
  void saysNothingOfAModelThatNemoRuns(String key, String value) {
    assertEquals(List.of(), kept(key, value));
  }

  /** Megatron-Core 0.5 and 0.19 refuse such a configuration (transformer_config.py). */
  @ParameterizedTest
  @CsvSource({"true, true, 0", "false, false, 0", "true, false, 1"})
  void refusesATanhOfGeluWithoutBiases(String tanh, String bias, int refusals) {
    var keys = Map.of("activation", "gelu", "bias_activation_fusion", tanh, "bias", bias);
    assertEquals(refusals, model(keys).refusals(Naming.MCORE).size());
  }
}

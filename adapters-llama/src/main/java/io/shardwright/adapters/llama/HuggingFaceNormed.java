package io.shardwright.adapters.llama;

import static io.shardwright.spi.config.ConfigKey.flag;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.states;
import static io.shardwright.spi.config.TransformersKeys.WINDOW;
import static io.shardwright.spi.config.TransformersKeys.WINDOWED_LAYERS;

import io.shardwright.adapters.nvgpt.DecoderKeys;
import io.shardwright.adapters.nvgpt.McoreGptTable;
import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import java.util.ArrayList;
import java.util.List;

/** Classes whose layers normalize what attention and MLP put out. */
final class HuggingFaceNormed {
  static final List<HuggingFaceModel> MODELS = List.of(gemma2(), gemma3(), glm(), olmo());

  private static final String CAPS = "mcore_customization_config.";

  private HuggingFaceNormed() {}

  private static Condition named(String name) {
    return new Condition(McoreGptTable.NAME, List.of(name), false);
  }

  /** Every second layer sees a window alone, from the first one on. */
  private static HuggingFaceModel gemma2() {
    var keys =
        gemma(McoreGptTable.GEMMA2)
            .with(
                WINDOW.orElse("4096"),
                WINDOWED_LAYERS.orElse("2"),
                same(CAPS + "query_pre_attn_scalar", "query_pre_attn_scalar").orElse("256"),
                same(CAPS + "attn_logit_softcapping", "attn_logit_softcapping").orElse("50.0"),
                same(CAPS + "final_logit_softcapping", "final_logit_softcapping").orElse("30.0"));
    return HuggingFaceLlama.model(
        "gemma2",
        "Gemma2ForCausalLM",
        keys,
        HuggingFaceLlamaTable.gemma(),
        named(McoreGptTable.GEMMA2));
  }

  /**
   * Layers that see a window alone, and all but every sixth are such, have positions of their own,
   * which are never scaled.
   */
  private static HuggingFaceModel gemma3() {
    String all = "rope_parameters.full_attention.";
    String near = "rope_parameters.sliding_attention.";
    String factor = "seq_len_interpolation_factor";
    var keys =
        gemma(McoreGptTable.GEMMA3)
            .with(
                WINDOW.orElse("4096"),
                windowed("sliding_window_pattern", "_sliding_window_pattern").orElse("6"),
                means("qk_layernorm", "true"),
                same(CAPS + "query_pre_attn_scalar", "query_pre_attn_scalar").orElse("256"),
                only("attn_logit_softcapping", "null"),
                only("final_logit_softcapping", "null"))
            .with(
                same("rotary_base", all + "rope_theta", "rope_theta").orElse("1000000.0"),
                same("rotary_base_local", near + "rope_theta", "rope_local_base_freq")
                    .orElse("10000.0"),
                same(factor, all + "factor", "rope_scaling.factor"),
                only(all + "rope_type", "default", "linear").readAlone(),
                only("rope_scaling.rope_type", "default", "linear").readAlone(),
                only("rope_scaling.type", "default", "linear").readAlone(),
                only(near + "rope_type", "default"),
                states(all + "rope_type", "default").when(factor, "null"),
                states(all + "rope_type", "linear").unless(factor, "null"));
    return HuggingFaceLlama.model(
        "gemma3_text",
        "Gemma3ForCausalLM",
        keys,
        HuggingFaceLlamaTable.gemma(),
        named(McoreGptTable.GEMMA3));
  }

  /** Which layers see a window alone, by a list or a period. */
  private static ConfigKey windowed(String... periods) {
    var all = new ArrayList<>(WINDOWED_LAYERS.own());
    all.addAll(List.of(periods));
    return WINDOWED_LAYERS.from(all);
  }

  private static Dialect gemma(String name) {
    return HuggingFaceLlama.decoder("8192", "true", "1e-06")
        .with(
            headSize("head_dim").orElse("256"),
            means(McoreGptTable.NAME, name),
            means("layernorm_zero_centered_gamma", "true"),
            means("activation", "fast-geglu"),
            means("openai_gelu", "true"),
            means("apply_embedding_scaling", "true"),
            only("hidden_activation", "gelu_pytorch_tanh"),
            only("hidden_act", "gelu_pytorch_tanh").readAlone(),
            only("attention_bias", "false"));
  }

  /** GLM-4 without experts. */
  private static HuggingFaceModel glm() {
    var keys =
        HuggingFaceLlama.silu("131072", "1.5625e-07")
            .with(biases("attention_bias", "true"))
            .with(DecoderKeys.rotaryShare("0.5"))
            .with(
                headSize("head_dim").orElse("128"),
                means(McoreGptTable.NAME, McoreGptTable.GLM4),
                means("rotary_interleaved", "true"),
                means("window_size", "null"));
    return HuggingFaceLlama.model(
        "glm4", "Glm4ForCausalLM", keys, HuggingFaceLlamaTable.glm(), named(McoreGptTable.GLM4));
  }

  /** Biases of queries, keys and values. */
  private static ConfigKey[] biases(String key, String absent) {
    return new ConfigKey[] {
      flag("add_qkv_bias", key).orElse(absent), flag("qkv_bias", key).orElse(absent).readAlone()
    };
  }

  /** A family of one class: no network of NeMo's or Megatron's computes it. */
  private static HuggingFaceModel olmo() {
    var keys =
        HuggingFaceLlama.silu("2048", "1e-05")
            .with(
                headSize(),
                means(McoreGptTable.NAME, McoreGptTable.OLMO2),
                means("qk_layernorm", "true"),
                means("window_size", "null"),
                only("attention_bias", "false"));
    return HuggingFaceLlama.decoder(
            "olmo2",
            "Olmo2ForCausalLM",
            keys,
            HuggingFaceLlamaTable.olmo(),
            named(McoreGptTable.OLMO2))
        .build();
  }
}

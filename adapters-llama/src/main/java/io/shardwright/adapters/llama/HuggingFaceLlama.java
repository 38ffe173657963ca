package io.shardwright.adapters.llama;

import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.words;
import static io.shardwright.spi.config.TransformersKeys.ROPE_SCALING;
import static io.shardwright.spi.config.TransformersKeys.ROTARY_BASE;
import static io.shardwright.spi.config.TransformersKeys.WINDOW;
import static io.shardwright.spi.config.TransformersKeys.WINDOWED_LAYERS;

import io.shardwright.adapters.nvgpt.DecoderKeys;
import io.shardwright.adapters.nvgpt.GptAdapter;
import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.config.Codec.Side;
import io.shardwright.spi.config.Codec.Usual;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Hugging Face classes that are this family, by transformers' configuration classes. */
final class HuggingFaceLlama {
  /** In the order in which they are tried for a NeMo configuration. */
  static final List<HuggingFaceModel> MODELS =
      Stream.concat(
              Stream.concat(HuggingFaceExperts.MODELS.stream(), HuggingFaceNormed.MODELS.stream()),
              Stream.of(
                  mixtral(),
                  gemma(),
                  qwen3(),
                  qwen2(),
                  mistral(),
                  llama(),
                  ministral(),
                  ministral3(),
                  phi()))
          .toList();

  private HuggingFaceLlama() {}

  private static HuggingFaceModel model(
      String type, String architecture, Dialect keys, double normShift, Condition... picks) {
    return model(type, architecture, keys, HuggingFaceLlamaTable.rows(normShift), picks);
  }

  static HuggingFaceModel model(
      String type, String architecture, Dialect keys, ParameterTable names, Condition... picks) {
    return decoder(type, architecture, keys, names, picks)
        .namings(Naming.MCORE, Naming.LEGACY)
        .build();
  }

  /** A class that can't be written in any naming until some are said. */
  static HuggingFaceModel.Builder decoder(
      String type, String architecture, Dialect keys, ParameterTable names, Condition... picks) {
    Dialect whole = DecoderKeys.plain(keys);
    return HuggingFaceModel.of(type, architecture)
        .restores(GptAdapter.MODEL)
        .namings()
        .base(HuggingFaceModel.text(HuggingFaceLlama.class, "base.yaml"))
        .dialect(whole)
        .names(names)
        .picks(Stream.concat(Stream.of(picks), DecoderKeys.parts(whole).stream()).toList());
  }

  private static HuggingFaceModel llama() {
    var keys =
        silu("1e-06")
            .with(only("attention_bias", "false"), only("mlp_bias", "false"))
            .with(means("window_size", "null"));
    return decoder(
            "llama",
            "LlamaForCausalLM",
            keys,
            HuggingFaceLlamaTable.rows(0),
            activation("fast-swiglu", "swiglu"))
        .namings(Naming.MCORE, Naming.LEGACY)
        .variant(List.of(new Condition("mlp_bias", List.of("true"), true)))
        .build();
  }

  private static ConfigKey groups(String absent) {
    var heads = new Usual("num_attention_heads", Side.EITHER);
    return ConfigKey.of("num_query_groups", heads, "num_key_value_heads").orElse(absent);
  }

  private static HuggingFaceModel mistral() {
    return model(
        "mistral",
        "MistralForCausalLM",
        silu("131072", "1e-06").with(groups("8")).with(WINDOW.orElse("4096")),
        0,
        activation("fast-swiglu", "swiglu"),
        new Condition("window_size", List.of("null"), true));
  }

  /** Softmax over the chosen experts alone, which NeMo calls none before the choice. */
  private static HuggingFaceModel mixtral() {
    var keys =
        silu("1e-05")
            .with(ROTARY_BASE.orElse("1000000.0"))
            .with(
                WINDOW,
                same("num_moe_experts", "num_local_experts", "num_experts").orElse("8"),
                same("moe_router_topk", "num_experts_per_tok").orElse("2"),
                same("moe_aux_loss_coeff", "router_aux_loss_coef").orElse("0.001"),
                means("moe_router_pre_softmax", "false"))
            .ignoring("router_jitter_noise");
    return model(
        "mixtral",
        "MixtralForCausalLM",
        keys,
        0,
        new Condition("num_moe_experts", List.of("null"), true));
  }

  private static HuggingFaceModel qwen2() {
    var keys =
        silu("1e-06")
            .with(means("add_qkv_bias", "true"), means("qkv_bias", "true"))
            .with(only("use_sliding_window", "false"), means("window_size", "null"))
            .ignoring("max_window_layers");
    return model(
        "qwen2",
        "Qwen2ForCausalLM",
        keys,
        0,
        activation("fast-swiglu", "swiglu"),
        new Condition("add_qkv_bias", List.of("true"), false));
  }

  private static HuggingFaceModel qwen3() {
    var keys =
        silu("32768", "1e-06")
            .with(headSize("head_dim").orElse("128"))
            .with(means("qk_layernorm", "true"), only("attention_bias", "false"))
            .with(only("use_sliding_window", "false"), means("window_size", "null"))
            .ignoring("max_window_layers");
    return model(
        "qwen3",
        "Qwen3ForCausalLM",
        keys,
        HuggingFaceLlamaTable.queryNormed(),
        activation("fast-swiglu", "swiglu"),
        new Condition("qk_layernorm", List.of("true"), false));
  }

  /** Mistral whose layers may differ in their windows. */
  private static HuggingFaceModel ministral() {
    var keys =
        silu("131072", "1e-06")
            .with(groups("8"), WINDOW.orElse("4096"))
            .with(WINDOWED_LAYERS.unless("window_size", "null"));
    return model(
        "ministral",
        "MinistralForCausalLM",
        keys,
        0,
        activation("fast-swiglu", "swiglu"),
        new Condition("window_size", List.of("null"), true));
  }

  /**
   * Its queries are not scaled by their position where the factor is 0 or absent; a document that
   * doesn't say how positions are scaled means YaRN.
   */
  private static HuggingFaceModel ministral3() {
    var keys =
        silu("262144", "1e-05")
            .with(headSize("head_dim").orElse("128"))
            .with(WINDOW)
            .with(only("rope_parameters.llama_4_scaling_beta", "null", "0.0"))
            .with(ROPE_SCALING.orElse("yarn"));
    return model(
        "ministral3", "Ministral3ForCausalLM", keys, 0, activation("fast-swiglu", "swiglu"));
  }

  /** Phi-3 and Phi-4, without positions that are scaled for long texts. */
  private static HuggingFaceModel phi() {
    var keys =
        silu("4096", "1e-05")
            .with(DecoderKeys.rotaryShare("1.0"))
            .with(
                WINDOW,
                headSize(),
                same("hidden_dropout", "resid_pdrop").orElse("0.0"),
                only("embd_pdrop", "0.0"),
                only("attention_bias", "false"))
            .ignoring("original_max_position_embeddings");
    return model(
        "phi3",
        "Phi3ForCausalLM",
        keys,
        HuggingFaceLlamaTable.fused(),
        activation("fast-swiglu", "swiglu"));
  }

  private static HuggingFaceModel gemma() {
    var gelu = Map.of("gelu_pytorch_tanh", "fast-geglu", "gelu", "fast-geglu");
    var keys =
        decoder("2048", "true", "1e-06")
            .with(headSize("head_dim").orElse("256"))
            .with(
                words("activation", "hidden_act", gelu).orElse("gelu_pytorch_tanh"),
                only("hidden_activation", "gelu_pytorch_tanh"),
                means("openai_gelu", "true"),
                means("apply_embedding_scaling", "true"),
                means("layernorm_zero_centered_gamma", "null", "false", "true").writtenAlone(),
                means("window_size", "null"),
                only("attention_bias", "false"));
    return model(
        "gemma",
        "GemmaForCausalLM",
        keys,
        1,
        new Condition("apply_embedding_scaling", List.of("true"), false));
  }

  static Condition activation(String... values) {
    return new Condition("activation", List.of(values), false);
  }

  private static Dialect silu(String epsilon) {
    return silu("2048", epsilon);
  }

  static Dialect silu(String positions, String epsilon) {
    return decoder(positions, "false", epsilon)
        .with(only("hidden_act", "silu"), means("activation", "fast-swiglu", "swiglu"));
  }

  static Dialect decoder(String positions, String tied, String epsilon) {
    return DecoderKeys.of(positions, "rms_norm_eps", epsilon, tied)
        .with(means("bias", "false"), means("normalization", "rmsnorm"));
  }
}

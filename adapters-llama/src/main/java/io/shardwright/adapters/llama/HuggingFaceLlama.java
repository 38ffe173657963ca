package io.shardwright.adapters.llama;

import static io.shardwright.spi.ConfigKey.Kind.HEAD_SIZE;
import static io.shardwright.spi.ConfigKey.Kind.ROPE_SCALING;
import static io.shardwright.spi.ConfigKey.Kind.WINDOW;
import static io.shardwright.spi.ConfigKey.also;
import static io.shardwright.spi.ConfigKey.means;
import static io.shardwright.spi.ConfigKey.only;
import static io.shardwright.spi.ConfigKey.same;
import static io.shardwright.spi.ConfigKey.words;

import io.shardwright.spi.Condition;
import io.shardwright.spi.ConfigKey;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Hugging Face classes that are this family, by transformers' configuration classes. */
final class HuggingFaceLlama {
  private static final String RESTORES =
      "nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel";

  /** In the order in which they are tried for a NeMo configuration. */
  static final List<HuggingFaceModel> MODELS =
      List.of(mixtral(), gemma(), qwen2(), mistral(), llama());

  private HuggingFaceLlama() {}

  private static HuggingFaceModel model(
      String type,
      String architecture,
      List<ConfigKey> keys,
      double normShift,
      Condition... picks) {
    return new HuggingFaceModel(
        type,
        architecture,
        RESTORES,
        List.of(Naming.MCORE, Naming.LEGACY),
        HuggingFaceModel.text(HuggingFaceLlama.class, "base.yaml"),
        keys,
        HuggingFaceLlamaTable.rows(normShift),
        List.of(),
        List.of(picks));
  }

  private static HuggingFaceModel llama() {
    var keys = decoder("false", "1e-06");
    keys.addAll(silu());
    keys.add(only("attention_bias", "false"));
    keys.add(only("mlp_bias", "false"));
    keys.add(means("window_size", "null"));
    return model("llama", "LlamaForCausalLM", keys, 0, activation("fast-swiglu", "swiglu"));
  }

  private static HuggingFaceModel mistral() {
    var keys = decoder("false", "1e-06");
    keys.addAll(silu());
    keys.add(ConfigKey.of(WINDOW));
    return model(
        "mistral",
        "MistralForCausalLM",
        keys,
        0,
        activation("fast-swiglu", "swiglu"),
        new Condition("window_size", List.of("null"), true));
  }

  /** Softmax over the chosen experts alone, which NeMo calls none before the choice. */
  private static HuggingFaceModel mixtral() {
    var keys = decoder("false", "1e-05");
    keys.replaceAll(key -> key.nemo().equals("rotary_base") ? key.orElse("1000000.0") : key);
    keys.addAll(silu());
    keys.add(ConfigKey.of(WINDOW));
    keys.add(same("num_moe_experts", "num_local_experts", "num_experts").orElse("8"));
    keys.add(same("moe_router_topk", "num_experts_per_tok").orElse("2"));
    keys.add(same("moe_aux_loss_coeff", "router_aux_loss_coef").orElse("0.001"));
    keys.add(means("moe_router_pre_softmax", "false"));
    keys.add(means("expert_model_parallel_size", "1"));
    return model(
        "mixtral",
        "MixtralForCausalLM",
        keys,
        0,
        new Condition("num_moe_experts", List.of("null"), true));
  }

  private static HuggingFaceModel qwen2() {
    var keys = decoder("false", "1e-06");
    keys.addAll(silu());
    keys.add(means("add_qkv_bias", "true"));
    keys.add(means("qkv_bias", "true"));
    keys.add(only("use_sliding_window", "false"));
    keys.add(means("window_size", "null"));
    return model(
        "qwen2",
        "Qwen2ForCausalLM",
        keys,
        0,
        activation("fast-swiglu", "swiglu"),
        new Condition("add_qkv_bias", List.of("true"), false));
  }

  private static HuggingFaceModel gemma() {
    var keys = decoder("true", "1e-06");
    keys.replaceAll(key -> key.kind() == HEAD_SIZE ? ConfigKey.of(HEAD_SIZE).orElse("256") : key);
    keys.add(
        words(
                "activation",
                "hidden_act",
                Map.of("gelu_pytorch_tanh", "fast-geglu", "gelu", "fast-geglu"))
            .orElse("gelu_pytorch_tanh"));
    keys.add(only("hidden_activation", "gelu_pytorch_tanh"));
    keys.add(means("openai_gelu", "true"));
    keys.add(means("apply_embedding_scaling", "true"));
    keys.add(means("window_size", "null"));
    keys.add(only("attention_bias", "false"));
    return model(
        "gemma",
        "GemmaForCausalLM",
        keys,
        1,
        new Condition("apply_embedding_scaling", List.of("true"), false));
  }

  private static Condition activation(String... values) {
    return new Condition("activation", List.of(values), false);
  }

  private static List<ConfigKey> silu() {
    return List.of(only("hidden_act", "silu"), means("activation", "fast-swiglu|swiglu"));
  }

  private static List<ConfigKey> decoder(String tied, String epsilon) {
    var keys = new ArrayList<>(ConfigKey.causal());
    keys.addAll(
        List.of(
            same("num_layers", "num_hidden_layers"),
            same("hidden_size", "hidden_size"),
            same("ffn_hidden_size", "intermediate_size"),
            same("num_attention_heads", "num_attention_heads"),
            same("num_query_groups", "num_key_value_heads"),
            ConfigKey.of(HEAD_SIZE),
            same("max_position_embeddings", "max_position_embeddings").orElse("2048"),
            also("encoder_seq_length", "max_position_embeddings").orElse("2048"),
            also("data.seq_length", "max_position_embeddings").orElse("2048"),
            same("init_method_std", "initializer_range").orElse("0.02"),
            same("layernorm_epsilon", "rms_norm_eps").orElse(epsilon),
            same("attention_dropout", "attention_dropout").orElse("0.0"),
            same("share_embeddings_and_output_weights", "tie_word_embeddings").orElse(tied),
            ConfigKey.rotaryBase().orElse("10000.0"),
            ConfigKey.of(ROPE_SCALING),
            means("bias", "false"),
            means("normalization", "rmsnorm"),
            means("rotary_percentage", "1.0"),
            means("position_embedding_type", "rope")));
    return keys;
  }
}

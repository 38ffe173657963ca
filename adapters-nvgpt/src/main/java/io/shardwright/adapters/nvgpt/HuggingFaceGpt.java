package io.shardwright.adapters.nvgpt;

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
import io.shardwright.spi.ParameterTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Hugging Face classes that are this family, by transformers' configuration classes. */
final class HuggingFaceGpt {
  private static final String RESTORES =
      "nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel";

  /** In the order in which they are tried for a NeMo configuration. */
  static final List<HuggingFaceModel> MODELS =
      Stream.concat(
              HuggingFaceFalcon.models().stream(), Stream.of(nemotron(), starcoder2(), gpt2()))
          .toList();

  private HuggingFaceGpt() {}

  private static HuggingFaceModel model(
      String type,
      String architecture,
      List<ConfigKey> keys,
      ParameterTable names,
      Condition... picks) {
    return new HuggingFaceModel(
        type,
        architecture,
        RESTORES,
        List.of(Naming.MCORE, Naming.LEGACY),
        HuggingFaceModel.text(HuggingFaceGpt.class, "base.yaml"),
        keys,
        names,
        List.of(),
        List.of(picks));
  }

  private static HuggingFaceModel nemotron() {
    var keys = decoder("norm_eps", "1e-05", "false");
    keys.add(words("activation", "hidden_act", Map.of("relu2", "squared-relu")).orElse("relu2"));
    keys.add(
        same(
                "rotary_percentage",
                "partial_rotary_factor",
                "rope_parameters.partial_rotary_factor",
                "rope_scaling.partial_rotary_factor")
            .orElse("0.5"));
    keys.add(means("normalization", "layernorm1p"));
    keys.add(means("window_size", "null"));
    keys.add(means("bias", "false"));
    keys.add(only("attention_bias", "false"));
    keys.add(only("mlp_bias", "false"));
    return model(
        "nemotron",
        "NemotronForCausalLM",
        keys,
        HuggingFaceGptTable.nemotron(),
        new Condition("normalization", List.of("layernorm1p"), false),
        new Condition("activation", List.of("squared-relu"), false));
  }

  private static HuggingFaceModel starcoder2() {
    var keys = decoder("norm_epsilon", "1e-05", "true");
    keys.add(
        words(
                "bias_activation_fusion",
                "hidden_act",
                Map.of("gelu_pytorch_tanh", "true", "gelu", "false"))
            .orElse("gelu_pytorch_tanh"));
    keys.add(same("hidden_dropout", "residual_dropout").orElse("0.0"));
    keys.add(ConfigKey.of(WINDOW));
    keys.add(only("use_bias", "true"));
    keys.add(only("embedding_dropout", "0.0"));
    keys.add(means("activation", "gelu"));
    keys.add(means("normalization", "layernorm"));
    keys.add(means("bias", "true"));
    keys.add(means("rotary_percentage", "1.0"));
    return model(
        "starcoder2",
        "Starcoder2ForCausalLM",
        keys,
        HuggingFaceGptTable.starcoder2(),
        new Condition("normalization", List.of("layernorm"), false),
        new Condition("position_embedding_type", List.of("rope"), false),
        new Condition("bias", List.of("true"), false));
  }

  private static HuggingFaceModel gpt2() {
    var keys = new ArrayList<>(ConfigKey.causal());
    keys.addAll(
        List.of(
            same("num_layers", "n_layer", "num_hidden_layers").orElse("12"),
            same("hidden_size", "n_embd", "hidden_size").orElse("768"),
            ConfigKey.of(ConfigKey.Kind.INNER),
            same("num_attention_heads", "n_head", "num_attention_heads").orElse("12"),
            same("max_position_embeddings", "n_positions", "max_position_embeddings")
                .orElse("1024"),
            also("encoder_seq_length", "n_positions", "max_position_embeddings").orElse("1024"),
            also("data.seq_length", "n_positions", "max_position_embeddings").orElse("1024"),
            same("init_method_std", "initializer_range").orElse("0.02"),
            same("layernorm_epsilon", "layer_norm_epsilon").orElse("1e-05"),
            same("share_embeddings_and_output_weights", "tie_word_embeddings").orElse("true"),
            same("attention_dropout", "attn_pdrop").orElse("0.1"),
            same("hidden_dropout", "resid_pdrop").orElse("0.1"),
            words(
                    "bias_activation_fusion",
                    "activation_function",
                    Map.of("gelu_new", "true", "gelu_pytorch_tanh", "true", "gelu", "false"))
                .orElse("gelu_new"),
            only("scale_attn_by_inverse_layer_idx", "false"),
            only("scale_attn_weights", "true"),
            only("add_cross_attention", "false"),
            ConfigKey.usualHeadSize(),
            means("window_size", "null"),
            means("num_query_groups", "null"),
            means("activation", "gelu"),
            means("normalization", "layernorm"),
            means("bias", "true"),
            means("position_embedding_type", "learned_absolute")));
    return model(
        "gpt2",
        "GPT2LMHeadModel",
        keys,
        Gpt2Table.rows(),
        new Condition("normalization", List.of("layernorm"), false),
        new Condition("position_embedding_type", List.of("learned_absolute", "null"), false),
        new Condition("bias", List.of("true", "null"), false));
  }

  private static List<ConfigKey> decoder(String epsilonKey, String epsilon, String tied) {
    var keys = new ArrayList<>(ConfigKey.causal());
    keys.addAll(
        List.of(
            same("num_layers", "num_hidden_layers"),
            same("hidden_size", "hidden_size"),
            same("ffn_hidden_size", "intermediate_size"),
            same("num_attention_heads", "num_attention_heads"),
            same("num_query_groups", "num_key_value_heads"),
            ConfigKey.of(HEAD_SIZE),
            same("max_position_embeddings", "max_position_embeddings").orElse("4096"),
            also("encoder_seq_length", "max_position_embeddings").orElse("4096"),
            also("data.seq_length", "max_position_embeddings").orElse("4096"),
            same("init_method_std", "initializer_range").orElse("0.02"),
            same("layernorm_epsilon", epsilonKey).orElse(epsilon),
            same("attention_dropout", "attention_dropout").orElse("0.0"),
            same("share_embeddings_and_output_weights", "tie_word_embeddings").orElse(tied),
            ConfigKey.rotaryBase().orElse("10000.0"),
            ConfigKey.of(ROPE_SCALING),
            means("position_embedding_type", "rope")));
    return keys;
  }
}

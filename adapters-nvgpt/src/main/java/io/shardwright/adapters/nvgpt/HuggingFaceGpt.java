package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.innerSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.words;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.config.Codec.Cases;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.TransformersKeys;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Hugging Face classes that are this family, by transformers' configuration classes. */
final class HuggingFaceGpt {
  /** GPT-2's dropout of embeddings, how it rounds, and another class's head. */
  private static final String[] UNTOLD = {
    "embd_pdrop",
    "reorder_and_upcast_attn",
    "summary_activation",
    "summary_first_dropout",
    "summary_proj_to_labels",
    "summary_type",
    "summary_use_proj"
  };

  /** In the order in which they are tried for a NeMo configuration. */
  static final List<HuggingFaceModel> MODELS =
      Stream.of(
              HuggingFaceFalcon.models(),
              HuggingFaceNeoX.models(),
              List.of(gptOss(), nemotron(), llama(), starcoder2(), gpt2()))
          .flatMap(List::stream)
          .toList();

  private HuggingFaceGpt() {}

  private static HuggingFaceModel model(
      String type, String architecture, Dialect keys, ParameterTable names, Condition... picks) {
    Dialect whole = DecoderKeys.plain(keys);
    return HuggingFaceModel.of(type, architecture)
        .restores(GptAdapter.MODEL)
        .namings(Naming.MCORE, Naming.LEGACY)
        .base(HuggingFaceModel.text(HuggingFaceGpt.class, "base.yaml"))
        .dialect(whole)
        .names(names)
        .picks(Stream.concat(Stream.of(picks), DecoderKeys.parts(whole).stream()).toList())
        .build();
  }

  private static HuggingFaceModel gptOss() {
    return model(
        "gpt_oss",
        "GptOssForCausalLM",
        HuggingFaceGptOss.keys(),
        GptOssTable.rows(),
        new Condition("softmax_type", List.of("learnable"), false),
        new Condition("activation", List.of(McoreGptTable.QUICK_GATED), false));
  }

  private static HuggingFaceModel nemotron() {
    var keys =
        DecoderKeys.of("4096", "norm_eps", "1e-05", "false")
            .with(
                words("activation", "hidden_act", Map.of("relu2", "squared-relu")).orElse("relu2"),
                DecoderKeys.rotaryShare("0.5"),
                means("normalization", "layernorm1p"),
                means("window_size", "null"),
                biases());
    return model(
        "nemotron",
        "NemotronForCausalLM",
        keys,
        HuggingFaceGptTable.nemotron(),
        new Condition("normalization", List.of("layernorm1p"), false),
        new Condition("activation", List.of("squared-relu"), false));
  }

  /** NeMo's linear layers all have biases, or none has one. */
  private static ConfigKey biases() {
    String[] own = {"attention_bias", "mlp_bias"};
    var all = Map.of(own[0], "true", own[1], "true");
    return ConfigKey.of("bias", new Cases(Map.of("true", all, "false", Map.of())), own);
  }

  /** LLaMA with biases in all linear layers, which one without is not. */
  private static HuggingFaceModel llama() {
    var keys =
        DecoderKeys.plain(
            DecoderKeys.of("2048", "rms_norm_eps", "1e-06", "false")
                .with(
                    only("hidden_act", "silu"),
                    only("attention_bias", "true"),
                    only("mlp_bias", "true"),
                    means("activation", "fast-swiglu", "swiglu"),
                    means("normalization", "rmsnorm"),
                    means("bias", "true"),
                    means("window_size", "null")));
    var picks =
        Stream.of(
            new Condition("normalization", List.of("rmsnorm"), false),
            new Condition("activation", List.of("fast-swiglu", "swiglu"), false),
            new Condition("position_embedding_type", List.of("rope"), false),
            new Condition("bias", List.of("true"), false));
    return HuggingFaceModel.of("llama", "LlamaForCausalLM")
        .restores(GptAdapter.MODEL)
        .namings(Naming.MCORE, Naming.LEGACY)
        .base(HuggingFaceModel.text(HuggingFaceGpt.class, "base.yaml"))
        .dialect(keys)
        .names(HuggingFaceGptTable.llama())
        .variant(List.of(new Condition("mlp_bias", List.of("true"), false)))
        .picks(Stream.concat(picks, DecoderKeys.parts(keys).stream()).toList())
        .build();
  }

  private static HuggingFaceModel starcoder2() {
    var fused = Map.of("gelu_pytorch_tanh", "true", "gelu", "false");
    var keys =
        DecoderKeys.of("4096", "norm_epsilon", "1e-05", "true")
            .with(
                words("bias_activation_fusion", "hidden_act", fused).orElse("gelu_pytorch_tanh"),
                same("hidden_dropout", "residual_dropout").orElse("0.0"),
                TransformersKeys.WINDOW,
                same("bias", "use_bias").orElse("true"),
                only("embedding_dropout", "0.0"),
                means("activation", "gelu"),
                means("normalization", "layernorm"));
    return model(
        "starcoder2",
        "Starcoder2ForCausalLM",
        keys,
        HuggingFaceGptTable.starcoder2(),
        new Condition("normalization", List.of("layernorm"), false),
        new Condition("position_embedding_type", List.of("rope"), false));
  }

  private static HuggingFaceModel gpt2() {
    var fused = Map.of("gelu_new", "true", "gelu_pytorch_tanh", "true", "gelu", "false");
    String[] length = {"n_positions", "max_position_embeddings"};
    var keys =
        TransformersKeys.CAUSAL.with(
            same("num_layers", "n_layer", "num_hidden_layers").orElse("12"),
            same("hidden_size", "n_embd", "hidden_size").orElse("768"),
            innerSize("n_inner"),
            same("num_attention_heads", "n_head", "num_attention_heads").orElse("12"),
            same("max_position_embeddings", length).orElse("1024"),
            also("encoder_seq_length", length).orElse("1024"),
            also("data.seq_length", length).orElse("1024"),
            same("init_method_std", "initializer_range").orElse("0.02"),
            same("layernorm_epsilon", "layer_norm_epsilon").orElse("1e-05"),
            same("share_embeddings_and_output_weights", "tie_word_embeddings").orElse("true"),
            same("attention_dropout", "attn_pdrop").orElse("0.1"),
            same("hidden_dropout", "resid_pdrop").orElse("0.1"),
            words("bias_activation_fusion", "activation_function", fused).orElse("gelu_new"),
            only("scale_attn_by_inverse_layer_idx", "false"),
            only("scale_attn_weights", "true"),
            only("add_cross_attention", "false"),
            headSize(),
            means("window_size", "null"),
            means("num_query_groups", "null"),
            means("activation", "gelu"),
            means("normalization", "layernorm"),
            means("bias", "true"),
            means("position_embedding_type", "learned_absolute"));
    return model(
        "gpt2",
        "GPT2LMHeadModel",
        keys.ignoring(UNTOLD),
        Gpt2Table.rows(),
        new Condition("normalization", List.of("layernorm"), false),
        new Condition("position_embedding_type", List.of("learned_absolute", "null"), false),
        new Condition("bias", List.of("true", "null"), false));
  }
}

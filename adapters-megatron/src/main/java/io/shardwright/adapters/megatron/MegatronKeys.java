package io.shardwright.adapters.megatron;

import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.flag;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.knownInnerSize;
import static io.shardwright.spi.config.ConfigKey.list;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.states;
import static io.shardwright.spi.config.ConfigKey.words;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.config.Codec.Cases;
import io.shardwright.spi.config.Codec.Side;
import io.shardwright.spi.config.Codec.Usual;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the two documents say alike, read and written: the fields of Megatron-Core's {@code
 * TransformerConfig} and {@code GPTModel} (core_v0.19.0). What they say each in its own way is in
 * {@link RunConfig} and {@link Arguments}; a key that both have in other words is a part of {@link
 * Spelling}.
 */
final class MegatronKeys {
  /**
   * Keys that mean the same in both documents, and are called otherwise.
   *
   * @param document what it is called in messages
   * @param positions how many there are
   * @param experts how many there are in a layer
   * @param scaling whether rotary positions are scaled as Llama 3.1's
   * @param interpolation by which positions are scaled linearly
   * @param first layers of the first pipeline stage
   * @param last layers of the last pipeline stage
   */
  record Spelling(
      String document,
      String positions,
      String experts,
      String scaling,
      String interpolation,
      String first,
      String last) {}

  private static final String NORM = "normalization";
  private static final String CENTERED = "layernorm_zero_centered_gamma";
  private static final String POSITIONS = "position_embedding_type";
  private static final String SCALED = "scale_positional_embedding";

  /** Numbers of Llama 3.1's scaling that no document of Megatron's says. */
  private static final Map<String, String> FIXED =
      new TreeMap<>(
          Map.of("low_freq_factor", "1.0", "high_freq_factor", "4.0", "old_context_len", "8192"));

  /** Names by which NeMo, or a class of transformers, tells layers that Megatron-Core lacks. */
  private static final String[] SPECIFICATIONS = {
    "null",
    "megatron_falcon_gpt",
    "megatron_gemma2",
    "megatron_gemma3",
    "megatron_glm4",
    "olmo2",
    "gpt_neox"
  };

  /** Seen with 0.19.2, whose {@code QKNormConfigResolver} gives the projection a norm. */
  private static final String QUERIES =
      "q_lora_rank is not set, and Megatron-Core 0.19 normalizes what linear_q_proj gets, which the"
          + " model does not: it refuses the weights, for it misses"
          + " linear_q_proj.layer_norm_weight";

  /** In its {@code TransformerConfig}. */
  private static final String SINGLE =
      "moe_router_topk is 1, and Megatron-Core 0.19 builds such a model only with"
          + " moe_router_pre_softmax, with which it computes another";

  private MegatronKeys() {}

  /** The table of a document. */
  static Dialect table(Spelling spelling) {
    return Dialect.of(spelling.document)
        .with(sizes(spelling))
        .with(layers())
        .with(positions(spelling))
        .with(grid(spelling))
        .with(others())
        .with(AttentionKeys.rows())
        .with(ExpertKeys.latent())
        .with(ExpertKeys.experts(spelling.experts))
        .with(ExpertKeys.ahead())
        .with(nemoAlone());
  }

  private static ConfigKey[] sizes(Spelling spelling) {
    return new ConfigKey[] {
      same("num_layers", "num_layers"),
      same("hidden_size", "hidden_size"),
      knownInnerSize("ffn_hidden_size"),
      same("num_attention_heads", "num_attention_heads"),
      of("num_query_groups", new Usual("num_attention_heads", Side.CANONICAL), "num_query_groups"),
      headSize("kv_channels"),
      same("encoder_seq_length", spelling.positions),
      also("max_position_embeddings", spelling.positions),
      same("make_vocab_size_divisible_by", "make_vocab_size_divisible_by").orElse("128")
    };
  }

  private static ConfigKey[] layers() {
    return new ConfigKey[] {
      same("bias", "add_bias_linear").orElse("true"),
      flag("add_qkv_bias", "add_qkv_bias"),
      flag("qkv_bias", "add_qkv_bias").readAlone(),
      of(NORM, new Cases(norms()), NORM, CENTERED),
      flag(CENTERED, CENTERED).when(NORM, "rmsnorm"),
      same("layernorm_epsilon", "layernorm_epsilon", "norm_epsilon").orElse("1e-05"),
      list("window_size", "window_size").orElse("null"),
      same("init_method_std", "init_method_std"),
      same("hidden_dropout", "hidden_dropout"),
      same("attention_dropout", "attention_dropout"),
      // NeMo turns it off but for fp16; Transformer Engine refuses it without a variable
      same("apply_query_key_layer_scaling", "apply_query_key_layer_scaling").readAlone(),
      states("apply_query_key_layer_scaling", "false")
    };
  }

  /** NeMo's words for activations: each has two for its gated ones, of which one fuses products. */
  static ConfigKey activations(Map<String, Map<String, String>> cases, String... own) {
    var unfused = Map.of("swiglu", "fast-swiglu", "fast-geglu", "geglu");
    return of("activation", new Cases(cases, unfused), own);
  }

  private static Map<String, Map<String, String>> norms() {
    return Map.of(
        "rmsnorm", Map.of(NORM, "RMSNorm", CENTERED, Cases.ANY),
        "layernorm", Map.of(NORM, "LayerNorm"),
        "layernorm1p", Map.of(NORM, "LayerNorm", CENTERED, "true"));
  }

  private static ConfigKey[] positions(Spelling spelling) {
    var alike = Map.of("rope", "rope", "learned_absolute", "learned_absolute", "yarn", "yarn");
    var rows =
        Stream.of(
            words(POSITIONS, POSITIONS, alike).orElse("learned_absolute"),
            same("rotary_base", "rotary_base").orElse("10000.0"),
            same("rotary_percentage", "rotary_percent").orElse("1.0"),
            flag("rotary_interleaved", "rotary_interleaved"),
            same("seq_len_interpolation_factor", spelling.interpolation).orElse("null"),
            flag(SCALED, spelling.scaling),
            same("scale_factor", "rope_scaling_factor").orElse("8.0").when(SCALED, "true"));
    var fixed =
        FIXED.entrySet().stream()
            .map(key -> means(key.getKey(), key.getValue()).readAlone().when(SCALED, "true"));
    return Stream.concat(rows, fixed).toArray(ConfigKey[]::new);
  }

  /** Sentences on what Megatron-Core computes otherwise than a configuration says. */
  static List<String> notes(ModelConfig config) {
    boolean bare = config.flag("multi_latent_attention") && config.text("q_lora_rank").isEmpty();
    var all = Stream.concat(positions(config), bare ? Stream.of(QUERIES) : Stream.of());
    return Stream.concat(all, isSwitch(config) ? Stream.of(SINGLE) : Stream.of()).toList();
  }

  /** Whether a token has one expert, whose share is 1. */
  private static boolean isSwitch(ModelConfig config) {
    return config.count("num_moe_experts", 1).isPresent()
        && config.count("moe_router_topk", 1).orElse(2) == 1
        && config.text("moe_router_score_function").orElse("softmax").equals("softmax")
        && !config.flag("moe_router_pre_softmax");
  }

  private static Stream<String> positions(ModelConfig config) {
    return FIXED.entrySet().stream()
        .filter(key -> config.flag(SCALED) && config.number(key.getKey()).isPresent())
        .filter(
            key -> config.number(key.getKey()).getAsDouble() != Double.parseDouble(key.getValue()))
        .map(
            key ->
                config.says(key.getKey())
                    + ", but Megatron-Core scales its positions with "
                    + key.getValue()
                    + ", whatever the arguments say");
  }

  /** The same numbers as the model had them that was converted, where its document is kept. */
  static Configuration asConverted(Configuration config, DialectDocument origin) {
    Configuration whole = config;
    for (String key : config.flag(SCALED) ? FIXED.keySet() : Set.<String>of()) {
      String own = key.equals("old_context_len") ? "original_max_position_embeddings" : key;
      var said = origin.text(List.of("rope_scaling." + own, "rope_parameters." + own));
      whole = said.isPresent() ? whole.with(key, said.get()) : whole;
    }
    return whole;
  }

  /** The ranks that the checkpoint was written for. */
  private static ConfigKey[] grid(Spelling spelling) {
    return Stream.of(
            same("tensor_model_parallel_size", "tensor_model_parallel_size").orElse("1"),
            same("pipeline_model_parallel_size", "pipeline_model_parallel_size").orElse("1"),
            same("virtual_pipeline_model_parallel_size", "virtual_pipeline_model_parallel_size")
                .orElse("null"),
            same("expert_model_parallel_size", "expert_model_parallel_size"),
            same("expert_tensor_parallel_size", "expert_tensor_parallel_size").orElse("null"),
            same("num_layers_in_first_pipeline_stage", spelling.first).orElse("null"),
            same("num_layers_in_last_pipeline_stage", spelling.last).orElse("null"),
            same(
                "account_for_embedding_in_pipeline_split",
                "account_for_embedding_in_pipeline_split"),
            same("account_for_loss_in_pipeline_split", "account_for_loss_in_pipeline_split"),
            same("pipeline_model_parallel_layout", "pipeline_model_parallel_layout").orElse("null"))
        .toArray(ConfigKey[]::new);
  }

  /** Switches of other computations, and the values with which a model is one of NeMo 1's. */
  private static ConfigKey[] others() {
    return new ConfigKey[] {
      flag("qk_layernorm", "qk_layernorm"),
      only("qk_l2_norm", "false", "null"),
      only("qk_clip", "false", "null"),
      only("softmax_scale", "null"),
      only("no_rope_freq", "null"),
      only("mrope_section", "null"),
      only("apply_residual_connection_post_layernorm", "false", "null"),
      only("heterogeneous_block_specs", "false", "null"),
      only("heterogeneous_layers_config_path", "null"),
      only("heterogeneous_layers_config_encoded_json", "null"),
      only("is_hybrid_model", "false", "null"),
      only("hybrid_layer_pattern", "null"),
      only("hybrid_override_pattern", "null"),
      only("use_mup", "false", "null")
    };
  }

  /** What NeMo's configurations can say, and Megatron's documents have no words for. */
  private static ConfigKey[] nemoAlone() {
    return new ConfigKey[] {
      means("apply_embedding_scaling", "null", "false"),
      means("name", "null").when("name", SPECIFICATIONS)
    };
  }
}

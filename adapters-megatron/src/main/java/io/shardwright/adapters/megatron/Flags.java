package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.Codec.Cases;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.DialectDocument;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The options of Megatron-LM's command line that say what {@code --use-checkpoint-args} does not
 * take from a checkpoint's arguments (core_v0.19.2, {@code megatron/training/checkpointing.py},
 * {@code load_args_from_checkpoint}).
 */
final class Flags {
  /** What is taken over, and what a run chooses for itself. */
  private static final Set<String> TAKEN =
      Set.of(
          """
          num_layers hidden_size ffn_hidden_size seq_length num_attention_heads num_query_groups
          group_query_attention kv_channels max_position_embeddings position_embedding_type
          add_position_embedding use_rotary_position_embeddings rotary_base rotary_percent
          rotary_interleaved add_bias_linear add_qkv_bias squared_relu swiglu
          untie_embeddings_and_output_weights normalization apply_query_key_layer_scaling
          attention_dropout hidden_dropout mtp_num_layers mtp_use_repeated_layer spec num_experts
          moe_layer_freq moe_ffn_hidden_size moe_router_topk moe_router_pre_softmax
          moe_grouped_gemm moe_shared_expert_intermediate_size moe_router_score_function
          moe_router_enable_expert_bias moe_router_topk_scaling_factor mamba_state_dim
          mamba_head_dim mamba_num_groups mamba_num_heads hybrid_layer_pattern
          heterogeneous_layers_config_path heterogeneous_layers_config_encoded_json moe_latent_size
          padded_vocab_size tensor_model_parallel_size pipeline_model_parallel_size
          virtual_pipeline_model_parallel_size expert_model_parallel_size
          expert_tensor_parallel_size decoder_first_pipeline_num_layers
          decoder_last_pipeline_num_layers account_for_embedding_in_pipeline_split
          account_for_loss_in_pipeline_split pipeline_model_parallel_layout
          """
              .strip()
              .split("\\s+"));

  /** Options that are called otherwise than what they set. */
  private static final Map<String, String> NAMES =
      Map.of(
          "layernorm_epsilon", "norm-epsilon",
          "layernorm_zero_centered_gamma", "apply-layernorm-1p");

  /** What the command line takes for options that are not given. */
  private static final Map<String, String> DEFAULTS =
      Map.of("init_method_std", "0.02", "moe_aux_loss_coeff", "0.0", "bias_gelu_fusion", "true");

  private Flags() {}

  /**
   * The options.
   *
   * @param args as they are written
   * @param rows of the table that say something of the model
   */
  static String of(Obj args, List<ConfigKey> rows) {
    var flags = new ArrayList<String>();
    for (String half : List.of("bf16", "fp16")) {
      add(half, "false", args, flags);
    }
    for (ConfigKey row : rows) {
      for (String key : written(row)) {
        String absent = row.absent().orElse(DEFAULTS.getOrDefault(key, "false"));
        if (!TAKEN.contains(key)) {
          add(key, absent, args, flags);
        }
      }
    }
    return flags.stream().distinct().collect(Collectors.joining(" "));
  }

  /** An option of a name. */
  static String option(String name) {
    return "--" + name;
  }

  private static List<String> written(ConfigKey row) {
    return row.use() != ConfigKey.Use.BOTH
        ? List.of()
        : row.codec() instanceof Cases ? row.own() : row.own().stream().limit(1).toList();
  }

  private static void add(String key, String absent, Obj args, List<String> flags) {
    JsonValue value = args.get(key).orElse(Null.NULL);
    String text = text(value);
    if (value == Null.NULL || isAlike(value, text, absent)) {
      return;
    }
    boolean off = value instanceof Bool flag && !flag.value();
    String name = option((off ? "no-" : "") + NAMES.getOrDefault(key, key.replace('_', '-')));
    boolean byLayer = value instanceof Arr && key.endsWith("_freq");
    flags.add(value instanceof Bool ? name : name + " " + (byLayer ? "[" + text + "]" : text));
  }

  private static boolean isAlike(JsonValue value, String text, String absent) {
    return value instanceof Num && DialectDocument.spelt(absent) instanceof Num
        ? new BigDecimal(text).compareTo(new BigDecimal(absent)) == 0
        : text.equals(absent);
  }

  private static String text(JsonValue value) {
    return value instanceof Arr list
        ? list.items().stream().map(Flags::text).collect(Collectors.joining(","))
        : DialectDocument.text(value).orElse("");
  }
}

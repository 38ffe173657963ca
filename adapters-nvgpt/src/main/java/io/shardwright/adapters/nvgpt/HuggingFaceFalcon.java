package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.innerSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.unsaid;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.TransformersKeys;
import java.util.ArrayList;
import java.util.List;

/**
 * Falcon, whose fused QKV is grouped as Megatron-Core's: with key-value heads of their own (40B,
 * 180B), with one for all queries (7B), or with one for each (RW).
 */
final class HuggingFaceFalcon {
  private static final String EXTRA =
      """
      name: megatron_falcon_gpt
      mcore_customization_config:
        new_decoder_architecture: false
        parallel_attention: true
      """;
  private static final String NEW = "new_decoder_architecture";
  private static final String SHARED = "multi_query";

  private HuggingFaceFalcon() {}

  static List<HuggingFaceModel> models() {
    return List.of(
        model("true", null, same("num_query_groups", "num_kv_heads")),
        model("false", "true", means("num_query_groups", "1")),
        model("false", "false", means("num_query_groups", "null")));
  }

  private static HuggingFaceModel model(String newer, String shared, ConfigKey groups) {
    var variant = new ArrayList<Condition>();
    var picks = new ArrayList<Condition>();
    var keys = keys(newer).with(groups, only(NEW, newer));
    boolean old = newer.equals("false");
    variant.add(new Condition(NEW, List.of("true"), old));
    picks.add(new Condition(McoreGptTable.NAME, List.of(McoreGptTable.FALCON), false));
    picks.add(new Condition(McoreGptTable.TWO_NORMS, List.of("true"), old));
    if (old) {
      keys =
          keys.with(only(SHARED, shared), unsaid("num_ln_in_parallel_attn", "null", "1"))
              .ignoring("num_kv_heads");
      variant.add(new Condition(SHARED, List.of("false"), shared.equals("true")));
      picks.add(new Condition("num_query_groups", List.of("1"), shared.equals("false")));
    } else {
      keys = keys.with(only("num_ln_in_parallel_attn", "2")).ignoring(SHARED);
    }
    return HuggingFaceModel.of("falcon", "FalconForCausalLM")
        .restores(GptAdapter.MODEL)
        .namings(Naming.MCORE)
        .base(HuggingFaceModel.text(HuggingFaceGpt.class, "base.yaml") + EXTRA)
        .dialect(keys)
        .names(FalconTable.rows())
        .variant(variant)
        .picks(picks)
        .build();
  }

  private static Dialect keys(String newer) {
    return TransformersKeys.CAUSAL.with(
        same("num_layers", "num_hidden_layers").orElse("32"),
        same("hidden_size", "hidden_size", "n_embed").orElse("4544"),
        innerSize("ffn_hidden_size"),
        same("num_attention_heads", "num_attention_heads").orElse("71"),
        same("max_position_embeddings", "max_position_embeddings").orElse("2048"),
        also("encoder_seq_length", "max_position_embeddings").orElse("2048"),
        also("data.seq_length", "max_position_embeddings").orElse("2048"),
        same("init_method_std", "initializer_range").orElse("0.02"),
        same("layernorm_epsilon", "layer_norm_epsilon").orElse("1e-05"),
        same("attention_dropout", "attention_dropout").orElse("0.0"),
        same("hidden_dropout", "hidden_dropout").orElse("0.0"),
        same("share_embeddings_and_output_weights", "tie_word_embeddings").orElse("true"),
        TransformersKeys.ROTARY_BASE.orElse("10000.0"),
        TransformersKeys.ROPE_SCALING,
        same("bias", "bias").orElse("false"),
        same(McoreGptTable.PARALLEL, "parallel_attn").orElse("true"),
        means(McoreGptTable.TWO_NORMS, newer),
        only("alibi", "false"),
        only("activation", "gelu"),
        means("activation", "gelu"),
        means("bias_activation_fusion", "false"),
        means("normalization", "layernorm"),
        means("rotary_percentage", "1.0"),
        means("position_embedding_type", "rope"),
        means("window_size", "null"),
        headSize());
  }
}

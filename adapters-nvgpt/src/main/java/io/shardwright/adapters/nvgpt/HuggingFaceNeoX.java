package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.words;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.TransformersKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * GPT-NeoX, whose fused QKV is grouped as Megatron-Core's with a group for each head (transformers
 * 5.24.0, {@code models/gpt_neox}). Its usual models add attention and MLP to the same input.
 */
final class HuggingFaceNeoX {
  private static final String LAYER = "gpt_neox.layers.*.";
  private static final String PARALLEL = "use_parallel_residual";

  private HuggingFaceNeoX() {}

  static List<HuggingFaceModel> models() {
    var sequential = DecoderKeys.plain(keys().with(only(PARALLEL, "false")));
    var parallel =
        DecoderKeys.plain(
            keys()
                .with(only(PARALLEL, "true"))
                .with(means(McoreGptTable.NAME, McoreGptTable.NEOX_PARALLEL)));
    return List.of(
        model(sequential, false)
            .namings(Naming.MCORE, Naming.LEGACY)
            .picks(picks(sequential))
            .build(),
        model(parallel, true)
            .namings()
            .picks(List.of(is(McoreGptTable.NAME, McoreGptTable.NEOX_PARALLEL)))
            .build());
  }

  private static HuggingFaceModel.Builder model(Dialect keys, boolean parallel) {
    return HuggingFaceModel.of("gpt_neox", "GPTNeoXForCausalLM")
        .restores(GptAdapter.MODEL)
        .base(HuggingFaceModel.text(HuggingFaceNeoX.class, "base.yaml"))
        .dialect(keys)
        .names(rows())
        .variant(List.of(new Condition(PARALLEL, List.of("false"), parallel)));
  }

  /** Other rotary models with biases rotate whole heads. */
  private static List<Condition> picks(Dialect keys) {
    return Stream.concat(
            Stream.of(
                is("normalization", "layernorm"),
                is("position_embedding_type", "rope"),
                is("bias", "true"),
                is("num_query_groups", "null", "${num_attention_heads}"),
                new Condition("rotary_percentage", List.of("1.0", "1", "null"), true)),
            DecoderKeys.parts(keys).stream())
        .toList();
  }

  private static Condition is(String key, String... values) {
    return new Condition(key, List.of(values), false);
  }

  private static Dialect keys() {
    String length = "max_position_embeddings";
    String share = "partial_rotary_factor";
    var fused =
        Map.of(
            "gelu_new", "true", "gelu_fast", "true", "gelu_pytorch_tanh", "true", "gelu", "false");
    return TransformersKeys.CAUSAL
        .with(
            same("num_layers", "num_hidden_layers").orElse("44"),
            same("hidden_size", "hidden_size").orElse("6144"),
            same("ffn_hidden_size", "intermediate_size").orElse("24576"),
            same("num_attention_heads", "num_attention_heads").orElse("64"),
            same(length, length).orElse("2048"),
            also("encoder_seq_length", length).orElse("2048"),
            also("data.seq_length", length).orElse("2048"),
            same("init_method_std", "initializer_range").orElse("0.02"),
            same("layernorm_epsilon", "layer_norm_eps").orElse("1e-05"),
            same("attention_dropout", "attention_dropout").orElse("0.0"),
            same("hidden_dropout", "hidden_dropout").orElse("0.0"),
            same("share_embeddings_and_output_weights", "tie_word_embeddings").orElse("false"))
        .with(
            same("rotary_base", "rotary_emb_base", "rope_theta", "rope_parameters.rope_theta")
                .orElse("10000.0"),
            same("rotary_percentage", "rotary_pct", share, "rope_parameters." + share)
                .orElse("0.25"),
            TransformersKeys.ROPE_SCALING,
            words("bias_activation_fusion", "hidden_act", fused).orElse("gelu"),
            headSize(),
            only("attention_bias", "true"),
            means("num_query_groups", "null", "${num_attention_heads}"),
            means("window_size", "null"),
            means("activation", "gelu"),
            means("normalization", "layernorm"),
            means("bias", "true"),
            means("position_embedding_type", "rope"))
        .ignoring("classifier_dropout", "is_decoder");
  }

  private static ParameterTable rows() {
    var rows = new ArrayList<ParameterRule>();
    rows.add(DecoderRows.words("gpt_neox.embed_in.weight"));
    for (String part : List.of("weight", "bias")) {
      String attention = LAYER + "attention.";
      String up = McoreGptTable.UP;
      rows.add(norm("input_layernorm.", McoreGptTable.QKV + "layer_norm_", part));
      rows.add(
          column(attention + "query_key_value." + part).of(McoreGptTable.QKV + part).groupedQkv());
      rows.add(out(attention + "dense." + part, McoreGptTable.PROJECTION + part));
      rows.add(norm("post_attention_layernorm.", up + "layer_norm_", part));
      rows.add(column(LAYER + "mlp.dense_h_to_4h." + part).of(up + part));
      rows.add(out(LAYER + "mlp.dense_4h_to_h." + part, McoreGptTable.DOWN + part));
      rows.add(DecoderRows.norm("gpt_neox.final_layer_norm.", part));
    }
    rows.add(DecoderRows.head("embed_out.weight"));
    return new ParameterTable(rows);
  }

  private static ParameterRule norm(String name, String of, String part) {
    return replicated(LAYER + name + part).of(of + part);
  }

  private static ParameterRule out(String name, String of) {
    return name.endsWith("bias")
        ? replicated(name).of(of)
        : of.startsWith(McoreGptTable.PROJECTION)
            ? row(name).of(of).cutBetween(McoreGptTable.HEADS)
            : row(name).of(of);
  }
}

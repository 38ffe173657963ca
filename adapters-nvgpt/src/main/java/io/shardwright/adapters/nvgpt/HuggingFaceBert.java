package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.unsaid;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.TransformersKeys;
import java.util.ArrayList;
import java.util.List;

/**
 * transformers' {@code megatron-bert}, whose layers are normalized before their parts as those of
 * NeMo 1.23's BERT are (transformers 5.24.0, {@code modeling_megatron_bert.py}).
 */
final class HuggingFaceBert {
  private static final String EMBEDDINGS = "bert.embeddings.";
  private static final String LAYER = "bert.encoder.layer.*.";
  private static final String HEAD = "cls.predictions.";
  private static final String OF = BertTable.ENCODER + "layers.*.";

  private HuggingFaceBert() {}

  static HuggingFaceModel model() {
    return HuggingFaceModel.of("megatron-bert", "MegatronBertForPreTraining")
        .restores(BertAdapter.MODEL)
        .namings(Naming.LEGACY, Naming.MCORE)
        .base(HuggingFaceModel.text(HuggingFaceBert.class, "bert.yaml"))
        .dialect(keys())
        .names(names())
        .picks(
            List.of(
                new Condition(BertTable.BINARY, List.of("true"), false),
                new Condition("bias", List.of("false"), true),
                new Condition("share_embeddings_and_output_weights", List.of("false"), true),
                new Condition(BertTable.POSITIONS, List.of("learned_absolute", "null"), false)))
        .build();
  }

  /** Both of NeMo's networks are told to compute GELU by erf, each by its own key. */
  private static Dialect keys() {
    String length = "max_position_embeddings";
    return TransformersKeys.CONFIG
        .ignoring("gradient_checkpointing")
        .with(
            same("num_layers", "num_hidden_layers").orElse("24"),
            same("hidden_size", "hidden_size").orElse("1024"),
            same("ffn_hidden_size", "intermediate_size").orElse("4096"),
            same("num_attention_heads", "num_attention_heads").orElse("16"),
            same(length, length).orElse("512"),
            also("encoder_seq_length", length).orElse("512"),
            also("data.seq_length", length).orElse("512"),
            same("init_method_std", "initializer_range").orElse("0.02"),
            same("layernorm_epsilon", "layer_norm_eps").orElse("1e-12"),
            same("hidden_dropout", "hidden_dropout_prob").orElse("0.1"),
            same("attention_dropout", "attention_probs_dropout_prob").orElse("0.1"),
            only("hidden_act", "gelu"),
            only("type_vocab_size", "2"),
            only("is_decoder", "false"),
            only("add_cross_attention", "false"),
            unsaid("tie_word_embeddings", "true"),
            unsaid("position_embedding_type", "absolute"),
            headSize(),
            means("num_query_groups", "null"),
            means("activation", "gelu"),
            means("bias", "true"),
            means("bert_binary_head", "true"),
            means("transformer_block_type", "pre_ln"),
            means("share_embeddings_and_output_weights", "true"),
            means("position_embedding_type", "learned_absolute"));
  }

  private static ParameterTable names() {
    var rows = new ArrayList<ParameterRule>();
    rows.add(
        column(EMBEDDINGS + "word_embeddings.weight")
            .of(BertTable.WORDS)
            .on(FIRST)
            .vocabPaddedRows());
    rows.add(replicated(EMBEDDINGS + "position_embeddings.weight").of(BertTable.PLACES).on(FIRST));
    rows.add(replicated(EMBEDDINGS + "token_type_embeddings.weight").of(BertTable.TYPES).on(FIRST));
    for (String part : List.of("weight", "bias")) {
      layer(part, rows);
    }
    for (String part : List.of("weight", "bias")) {
      head(part, rows);
    }
    rows.add(column(HEAD + "bias").of(BertTable.OUTPUT_BIAS).on(LAST).vocabPaddedRows());
    rows.add(
        column(HEAD + "decoder.bias")
            .of(BertTable.OUTPUT_BIAS)
            .on(LAST)
            .vocabPaddedRows()
            .copy()
            .readAlone());
    rows.add(
        column(HEAD + "decoder.weight")
            .of(BertTable.WORDS)
            .on(LAST)
            .vocabPaddedRows()
            .copy()
            .readAlone());
    return new ParameterTable(rows);
  }

  private static void layer(String part, List<ParameterRule> rows) {
    boolean weight = part.equals("weight");
    String attention = LAYER + "attention.";
    String qkv = OF + "self_attention.linear_qkv.";
    String projection = OF + "self_attention.linear_proj." + part;
    String down = OF + "mlp.linear_fc2." + part;
    rows.add(replicated(attention + "ln." + part).of(qkv + "layer_norm_" + part));
    for (int kind = 0; kind < 3; kind++) {
      String name = List.of("query.", "key.", "value.").get(kind);
      rows.add(
          column(attention + "self." + name + part)
              .of(qkv + part)
              .groupedQkv()
              .part(1, kind, kind + 1));
    }
    rows.add(
        weight
            ? row(attention + "output.dense." + part)
                .of(projection)
                .cutBetween("num_attention_heads")
            : replicated(attention + "output.dense." + part).of(projection));
    rows.add(replicated(LAYER + "ln." + part).of(OF + "mlp.linear_fc1.layer_norm_" + part));
    rows.add(column(LAYER + "intermediate.dense." + part).of(OF + "mlp.linear_fc1." + part));
    rows.add(
        weight
            ? row(LAYER + "output.dense." + part).of(down)
            : replicated(LAYER + "output.dense." + part).of(down));
  }

  private static void head(String part, List<ParameterRule> rows) {
    rows.add(last("bert.encoder.ln." + part, BertTable.ENCODER + "final_layernorm." + part));
    rows.add(last("bert.pooler.dense." + part, "pooler.dense." + part));
    rows.add(last(HEAD + "transform.dense." + part, "lm_head.dense." + part));
    rows.add(last(HEAD + "transform.LayerNorm." + part, "lm_head.layernorm." + part));
    rows.add(last("cls.seq_relationship." + part, "binary_head." + part));
  }

  private static ParameterRule last(String name, String of) {
    return replicated(name).of(of).on(LAST);
  }
}

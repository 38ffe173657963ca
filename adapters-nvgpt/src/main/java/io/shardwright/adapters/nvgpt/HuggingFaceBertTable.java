package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The parameters of transformers' BERTs. */
final class HuggingFaceBertTable {
  private static final List<String> PARTS = List.of("weight", "bias");
  private static final String HEAD = "cls.predictions.";
  private static final String OF = BertTable.ENCODER + "layers.*.";
  private static final String NORM = "LayerNorm.";

  private final List<ParameterRule> rows = new ArrayList<>();
  private final String module;

  /** What stands before the names, with a dot. */
  private HuggingFaceBertTable(String module) {
    this.module = module;
  }

  /** Norms before the layers' parts, and behind all layers. */
  static ParameterTable before() {
    var table = new HuggingFaceBertTable("bert.");
    table.embeddings();
    table.layers("attention.ln.", "ln.");
    PARTS.forEach(
        part ->
            table.last("bert.encoder.ln." + part, BertTable.ENCODER + "final_layernorm." + part));
    return table.predictions().pooler().pairing();
  }

  /** With what tells words and whether sentences follow each other. */
  static ParameterTable pairs() {
    return new HuggingFaceBertTable("bert.").behind().predictions().pooler().pairing();
  }

  /** With what tells words. */
  static ParameterTable words() {
    return new ParameterTable(new HuggingFaceBertTable("bert.").behind().predictions().rows);
  }

  /** With no output layer. */
  static ParameterTable bare() {
    return new ParameterTable(new HuggingFaceBertTable("").behind().pooler().rows);
  }

  /** Norms behind the layers' parts, and before all layers. */
  private HuggingFaceBertTable behind() {
    embeddings();
    norm(module + "embeddings." + NORM, BertTable.INITIAL, row -> row.on(FIRST));
    layers("attention.output." + NORM, "output." + NORM);
    return this;
  }

  private void embeddings() {
    String embeddings = module + "embeddings.";
    rows.add(
        column(embeddings + "word_embeddings.weight")
            .of(BertTable.WORDS)
            .on(FIRST)
            .vocabPaddedRows());
    rows.add(replicated(embeddings + "position_embeddings.weight").of(BertTable.PLACES).on(FIRST));
    rows.add(replicated(embeddings + "token_type_embeddings.weight").of(BertTable.TYPES).on(FIRST));
  }

  private void layers(String attentionNorm, String norm) {
    String layer = module + "encoder.layer.*.";
    for (String part : PARTS) {
      attention(layer + "attention.", part);
      String down = OF + "mlp.linear_fc2." + part;
      rows.add(column(layer + "intermediate.dense." + part).of(OF + "mlp.linear_fc1." + part));
      rows.add(
          part.equals("weight")
              ? row(layer + "output.dense.weight").of(down)
              : replicated(layer + "output.dense.bias").of(down));
    }
    norm(layer + attentionNorm, OF + "self_attention.linear_qkv.layer_norm_", row -> row);
    norm(layer + norm, OF + "mlp.linear_fc1.layer_norm_", row -> row);
  }

  private void attention(String attention, String part) {
    String projection = OF + "self_attention.linear_proj." + part;
    for (int kind = 0; kind < 3; kind++) {
      String name = List.of("query.", "key.", "value.").get(kind);
      rows.add(
          column(attention + "self." + name + part)
              .of(OF + "self_attention.linear_qkv." + part)
              .groupedQkv()
              .part(1, kind, kind + 1));
    }
    rows.add(
        part.equals("weight")
            ? row(attention + "output.dense.weight")
                .of(projection)
                .cutBetween("num_attention_heads")
            : replicated(attention + "output.dense.bias").of(projection));
  }

  /** Of a norm, whose values the first files of BERT call otherwise. */
  private void norm(String name, String of, UnaryOperator<ParameterRule> where) {
    for (String part : PARTS) {
      rows.add(where.apply(replicated(name + part).of(of + part)));
    }
    if (name.endsWith(NORM)) {
      rows.add(where.apply(replicated(name + "gamma").of(of + "weight").readAlone()));
      rows.add(where.apply(replicated(name + "beta").of(of + "bias").readAlone()));
    }
  }

  private HuggingFaceBertTable predictions() {
    for (String part : PARTS) {
      last(HEAD + "transform.dense." + part, "lm_head.dense." + part);
    }
    norm(HEAD + "transform." + NORM, "lm_head.layernorm.", row -> row.on(LAST));
    rows.add(column(HEAD + "bias").of(BertTable.OUTPUT_BIAS).on(LAST).vocabPaddedRows());
    again("decoder.bias", BertTable.OUTPUT_BIAS);
    again("decoder.weight", BertTable.WORDS);
    return this;
  }

  /** Another name of the same values, which files have or have not. */
  private void again(String name, String of) {
    rows.add(column(HEAD + name).of(of).on(LAST).vocabPaddedRows().copy().readAlone());
  }

  private HuggingFaceBertTable pooler() {
    PARTS.forEach(part -> last(module + "pooler.dense." + part, "pooler.dense." + part));
    return this;
  }

  private ParameterTable pairing() {
    PARTS.forEach(part -> last("cls.seq_relationship." + part, "binary_head." + part));
    return new ParameterTable(rows);
  }

  private void last(String name, String of) {
    rows.add(replicated(name).of(of).on(LAST));
  }
}

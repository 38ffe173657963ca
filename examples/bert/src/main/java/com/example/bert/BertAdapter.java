package com.example.bert;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import com.google.auto.service.AutoService;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;

/**
 * A class of one's own that has BERT as NeMo 1.23 trains it without Megatron-Core ({@code
 * megatron/bert_model.py}).
 */
// begin: bert adapter
@AutoService(ModelFamilyAdapter.class)
public final class BertAdapter implements ModelFamilyAdapter {
  // end: bert adapter
  private static final String MODEL = "language_model.";
  private static final String EMBEDDING = MODEL + "embedding.";
  private static final String LAYER = MODEL + "encoder.layers.*.";
  private static final String QKV = LAYER + "self_attention.query_key_value.";
  private static final String BINARY = "bert_binary_head";

  @Override
  public String id() {
    return "my-bert";
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return List.of(RestoreClass.nemo("example.models.MyBertModel"));
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.TENSOR, ParallelDimension.PIPELINE);
  }

  @Override
  public boolean describes(ModelConfig config) {
    return config.has(BINARY) && !config.flag("mcore_bert");
  }

  @Override
  public Naming naming(ModelConfig config) {
    return Naming.LEGACY;
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return ParameterTable.of(
        // begin: bert rows
        column(EMBEDDING + "word_embeddings.weight")
            .on(FIRST)
            .vocabPaddedRows()
            .tiedCopy("word_embeddings.weight"),
        replicated(EMBEDDING + "position_embeddings.weight").on(FIRST),
        replicated(EMBEDDING + "tokentype_embeddings.weight").on(FIRST).when(BINARY, "true"),
        // end: bert rows
        replicated(LAYER + "input_layernorm.weight").noDecay(),
        replicated(LAYER + "input_layernorm.bias").noDecay(),
        column(QKV + "weight").groupedQkv(),
        column(QKV + "bias").noDecay().groupedQkv(),
        row(LAYER + "self_attention.dense.weight").cutBetween("num_attention_heads"),
        replicated(LAYER + "self_attention.dense.bias").noDecay(),
        replicated(LAYER + "post_attention_layernorm.weight").noDecay(),
        replicated(LAYER + "post_attention_layernorm.bias").noDecay(),
        column(LAYER + "mlp.dense_h_to_4h.weight"),
        column(LAYER + "mlp.dense_h_to_4h.bias").noDecay(),
        row(LAYER + "mlp.dense_4h_to_h.weight"),
        replicated(LAYER + "mlp.dense_4h_to_h.bias").noDecay(),
        replicated(MODEL + "encoder.final_layernorm.weight").noDecay().on(LAST),
        replicated(MODEL + "encoder.final_layernorm.bias").noDecay().on(LAST),
        replicated(MODEL + "pooler.dense.weight").on(LAST).when(BINARY, "true"),
        replicated(MODEL + "pooler.dense.bias").noDecay().on(LAST).when(BINARY, "true"),
        column("lm_head.bias").noDecay().on(LAST).vocabPaddedRows(),
        replicated("lm_head.dense.weight").on(LAST),
        replicated("lm_head.dense.bias").noDecay().on(LAST),
        replicated("lm_head.layernorm.weight").noDecay().on(LAST),
        replicated("lm_head.layernorm.bias").noDecay().on(LAST),
        replicated("binary_head.weight").on(LAST).when(BINARY, "true"),
        replicated("binary_head.bias").noDecay().on(LAST).when(BINARY, "true"));
  }
}

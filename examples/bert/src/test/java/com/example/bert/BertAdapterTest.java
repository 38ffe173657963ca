package com.example.bert;

import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.AdapterConformance;
import io.shardwright.testkit.SampleModel;
import java.util.List;

class BertAdapterTest extends AdapterConformance {
  private static final SampleModel TINY =
      SampleModel.of(
          "tiny",
          """
          target: example.models.MyBertModel
          num_layers: 2
          hidden_size: 16
          ffn_hidden_size: 32
          num_attention_heads: 4
          make_vocab_size_divisible_by: 8
          bert_binary_head: true
          """);

  @Override
  protected ModelFamilyAdapter adapter() {
    return new BertAdapter();
  }

  // begin: bert samples
  @Override
  protected List<SampleModel> samples() {
    return List.of(TINY, TINY.with("bert_binary_head", "false"));
  }
  // end: bert samples
}

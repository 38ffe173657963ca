package com.example.hunyuan;

import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.AdapterConformance;
import io.shardwright.testkit.SampleModel;
import java.util.List;

class HunyuanAdapterTest extends AdapterConformance {
  private static final SampleModel TINY =
      SampleModel.of(
          "tiny",
          """
          mcore_gpt: true
          num_layers: 2
          hidden_size: 16
          ffn_hidden_size: 32
          num_attention_heads: 4
          num_query_groups: 2
          kv_channels: 8
          make_vocab_size_divisible_by: 8
          encoder_seq_length: 16
          max_position_embeddings: 16
          bias: false
          normalization: rmsnorm
          activation: fast-swiglu
          position_embedding_type: rope
          share_embeddings_and_output_weights: false
          qk_layernorm_after_rope: true
          """);

  @Override
  protected ModelFamilyAdapter adapter() {
    return new HunyuanAdapter();
  }

  @Override
  protected List<SampleModel> samples() {
    return List.of(TINY, TINY.with("share_embeddings_and_output_weights", "true"));
  }
}

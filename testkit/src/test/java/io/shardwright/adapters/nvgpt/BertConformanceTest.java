package io.shardwright.adapters.nvgpt;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.AdapterConformance;
import io.shardwright.testkit.SampleModel;
import java.util.List;

class BertConformanceTest extends AdapterConformance {
  private static final SampleModel OLDER =
      SampleModel.of(
          "older",
          """
          target: nemo.collections.nlp.models.language_modeling.megatron_bert_model.MegatronBertModel
          mcore_bert: false
          encoder_seq_length: 16
          max_position_embeddings: 16
          num_layers: 2
          hidden_size: 16
          ffn_hidden_size: 64
          num_attention_heads: 4
          make_vocab_size_divisible_by: 8
          bert_binary_head: true
          bias_gelu_fusion: false
          bias_activation_fusion: false
          """);
  private static final SampleModel MCORE =
      OLDER.with("mcore_bert", "true").with("normalization", "LayerNorm").named("mcore");

  @Override
  protected ModelFamilyAdapter adapter() {
    return new BertAdapter();
  }

  @Override
  protected List<SampleModel> samples() {
    return List.of(
        OLDER.listing(listing("bert-tp1")).listing(listing("bert-tp2pp2")),
        OLDER.with("bert_binary_head", "false"),
        OLDER.with("megatron_legacy", "true"),
        OLDER.with("position_embedding_type", "learned_parameters"),
        OLDER.with("position_embedding_type", "rope"),
        OLDER.with("position_embedding_type", "kerple"),
        OLDER.with("position_embedding_type", "xpos"),
        MCORE.listing(listing("bert-mcore-tp1")).listing(listing("bert-mcore-tp2pp2")),
        OLDER.with("transformer_block_type", "post_ln"),
        OLDER.with("transformer_block_type", "post_ln").as("BertForMaskedLM"),
        OLDER.with("transformer_block_type", "post_ln").with("add_lm_head", "false"),
        MCORE.with("transformer_block_type", "post_ln"),
        MCORE.with("bert_binary_head", "false"),
        MCORE.with("bias", "false"),
        MCORE.with("share_embeddings_and_output_weights", "false"));
  }

  private static String listing(String file) {
    return HuggingFaceModel.text(BertConformanceTest.class, "/listings/" + file + ".txt");
  }
}

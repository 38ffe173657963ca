package io.shardwright.adapters.nvgpt;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.AdapterConformance;
import io.shardwright.testkit.SampleModel;
import java.util.List;

class T5ConformanceTest extends AdapterConformance {
  private static final String STACK =
      """
      num_layers: 2
      hidden_size: 16
      ffn_hidden_size: 64
      num_attention_heads: 4
      kv_channels: null
      relative_attention_num_buckets: 32
      """;
  private static final String TARGET =
      """
      target: nemo.collections.nlp.models.language_modeling.megatron_t5_model.MegatronT5Model
      max_position_embeddings: 16
      make_vocab_size_divisible_by: 16
      """;
  private static final SampleModel LEARNED =
      SampleModel.of(
          "learned", TARGET + "encoder:\n" + STACK.indent(2) + "decoder:\n" + STACK.indent(2));

  @Override
  protected ModelFamilyAdapter adapter() {
    return new T5Adapter();
  }

  private static SampleModel both(SampleModel model, String key, String value) {
    return model.with("encoder." + key, value).with("decoder." + key, value);
  }

  @Override
  protected List<SampleModel> samples() {
    var relative = both(LEARNED, "position_embedding_type", "relative").named("relative");
    var crossed =
        both(
            both(both(relative, "activation", "fast-swiglu"), "headscale", "true"),
            "relative_position_bias_self_attention_only",
            "false");
    var unshared = LEARNED.with("share_token_embeddings", "false");
    return List.of(
        both(LEARNED, "activation", "geglu")
            .listing(listing("t5-learned-tp1"))
            .listing(listing("t5-learned-tp2pp2")),
        crossed.listing(listing("t5-relative-tp1")).listing(listing("t5-relative-tp2pp2")),
        both(relative, "megatron_legacy", "true").with("decoder.num_layers", "4"),
        both(both(relative, "normalization", "rmsnorm"), "activation", "swiglu")
            .with("encoder.bias", "false")
            .with("tokens_head_bias", "false"),
        both(LEARNED, "position_embedding_type", "kerple"),
        both(LEARNED, "transformer_block_type", "post_ln"),
        both(LEARNED, "position_embedding_type", "xpos"),
        unshared,
        unshared.with("share_decoder_tokens_head_embeddings", "false"));
  }

  private static String listing(String file) {
    return HuggingFaceModel.text(T5ConformanceTest.class, "/listings/" + file + ".txt");
  }
}

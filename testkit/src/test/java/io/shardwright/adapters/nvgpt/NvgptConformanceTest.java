package io.shardwright.adapters.nvgpt;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.AdapterConformance;
import io.shardwright.testkit.SampleModel;
import java.util.ArrayList;
import java.util.List;

class NvgptConformanceTest extends AdapterConformance {
  private static final SampleModel OLDER =
      SampleModel.of(
          "older",
          """
          target: nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel
          mcore_gpt: false
          encoder_seq_length: 32
          max_position_embeddings: 32
          num_layers: 4
          hidden_size: 64
          ffn_hidden_size: 256
          num_attention_heads: 8
          make_vocab_size_divisible_by: 128
          normalization: layernorm
          activation: gelu
          bias: true
          position_embedding_type: learned_absolute
          share_embeddings_and_output_weights: true
          """);
  private static final SampleModel SMALL =
      OLDER
          .with("num_layers", "2")
          .with("hidden_size", "32")
          .with("ffn_hidden_size", "96")
          .with("make_vocab_size_divisible_by", "8")
          .named("small");
  private static final SampleModel MCORE = SMALL.with("mcore_gpt", "true");
  private static final String FALCON = "mcore_customization_config";
  private static final String TIED = "share_embeddings_and_output_weights";

  @Override
  protected ModelFamilyAdapter adapter() {
    return new NvgptAdapter();
  }

  @Override
  protected List<SampleModel> samples() {
    var all = new ArrayList<>(nemo());
    all.addAll(TableSamples.of(MCORE));
    all.addAll(TableSamples.of(MCORE.with("activation", "fast-swiglu").with("bias", "false")));
    var gated = MCORE.with("activation", "fast-swiglu").with("mtp_num_layers", "1");
    all.addAll(TableSamples.experts(gated));
    all.add(gated);
    all.add(gptOss());
    return all;
  }

  private static SampleModel gptOss() {
    return MCORE
        .with("activation", "quick-geglu")
        .with("activation_func_clamp_value", "7.0")
        .with("glu_linear_offset", "1.0")
        .with("normalization", "rmsnorm")
        .with("softmax_type", "learnable")
        .with("num_moe_experts", "4")
        .with("window_size", "[7, 0]")
        .with("window_attn_skip_freq", "2")
        .with(TIED, "false")
        .with("position_embedding_type", "yarn")
        .with("yarn_rotary_scaling_factor", "32.0")
        .with("yarn_original_max_position_embeddings", "16")
        .with("yarn_beta_fast", "32.0")
        .with("yarn_beta_slow", "1.0")
        .with("yarn_correction_range_round_to_int", "false")
        .named("gpt-oss");
  }

  private static List<SampleModel> nemo() {
    var rope = MCORE.with("position_embedding_type", "rope").with("rotary_percentage", "1.0");
    var falcon =
        rope.with("name", "megatron_falcon_gpt")
            .with("num_query_groups", "4")
            .with("bias_activation_fusion", "false")
            .named("falcon");
    return List.of(
        OLDER.listing(listing("gpt-5b-like-tp1")).listing(listing("gpt-5b-like-tp2pp2")),
        SMALL.with("megatron_legacy", "true"),
        SMALL.with("position_embedding_type", "learned_parameters").with("headscale", "true"),
        SMALL.with("activation", "fast-geglu"),
        SMALL.with("position_embedding_type", "kerple").with("transformer_block_type", "post_ln"),
        SMALL.with("position_embedding_type", "xpos"),
        SMALL.with("activation", "swiglu"),
        MCORE,
        MCORE.with("activation", "fast-reglu").with("normalization", "rmsnorm"),
        rope.with("normalization", "layernorm1p")
            .with("activation", "squared-relu")
            .with("bias", "false"),
        rope.with(TIED, "false"),
        rope.with("normalization", "rmsnorm").with("activation", "fast-swiglu").with(TIED, "false"),
        rope.with("normalization", "layernorm1p").with("activation", "squared-relu"),
        rope.with("bias", "false").with("bias_activation_fusion", "false"),
        rope.with("rotary_percentage", "0.25").with(TIED, "false"),
        falcon.with(FALCON, "{new_decoder_architecture: true, parallel_attention: true}"),
        falcon
            .with(FALCON, "{new_decoder_architecture: false, parallel_attention: true}")
            .with("num_query_groups", "1"),
        falcon
            .with(FALCON, "{new_decoder_architecture: false, parallel_attention: false}")
            .with("num_query_groups", "null")
            .with(TIED, "false"));
  }

  private static String listing(String file) {
    return HuggingFaceModel.text(NvgptConformanceTest.class, "/listings/" + file + ".txt");
  }
}

package io.shardwright.adapters.llama;

import io.shardwright.adapters.nvgpt.TableSamples;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.AdapterConformance;
import io.shardwright.testkit.SampleModel;
import java.util.ArrayList;
import java.util.List;

class LlamaConformanceTest extends AdapterConformance {
  private static final SampleModel GROUPED =
      SampleModel.of(
          "grouped",
          """
          target: nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel
          mcore_gpt: true
          encoder_seq_length: 128
          num_layers: 4
          hidden_size: 64
          ffn_hidden_size: 176
          num_attention_heads: 8
          num_query_groups: 4
          make_vocab_size_divisible_by: 2
          normalization: rmsnorm
          activation: fast-swiglu
          position_embedding_type: rope
          rotary_percentage: 1.0
          bias: false
          share_embeddings_and_output_weights: false
          """);
  private static final SampleModel OLDER =
      GROUPED
          .with("mcore_gpt", "false")
          .with("num_attention_heads", "4")
          .with("ffn_hidden_size", "192")
          .with("make_vocab_size_divisible_by", "128");

  @Override
  protected ModelFamilyAdapter adapter() {
    return new LlamaAdapter();
  }

  @Override
  protected List<SampleModel> samples() {
    var all = new ArrayList<>(nemo());
    all.addAll(TableSamples.of(small(GROUPED)));
    all.addAll(classes(small(GROUPED)));
    all.addAll(ExpertSamples.of(small(GROUPED)));
    all.addAll(DeltaNetSamples.of(small(GROUPED)));
    return all;
  }

  /** Models of today's classes. */
  private static List<SampleModel> classes(SampleModel small) {
    var gemma =
        small
            .with("activation", "fast-geglu")
            .with("openai_gelu", "true")
            .with("apply_embedding_scaling", "true")
            .with("layernorm_zero_centered_gamma", "true")
            .with("share_embeddings_and_output_weights", "true");
    return List.of(
        small.with("qk_layernorm", "true"),
        small.as("Phi3ForCausalLM"),
        small.as("Ministral3ForCausalLM"),
        gemma.named("Gemma with its norms as Megatron-Core keeps them"),
        small.with("window_size", "[15, 0]").as("MinistralForCausalLM"),
        gemma
            .with("name", "megatron_gemma2")
            .with("window_size", "[4095, 0]")
            .with("window_attn_skip_freq", "2"),
        gemma
            .with("name", "megatron_gemma3")
            .with("window_size", "[4095, 0]")
            .with("window_attn_skip_freq", "6")
            .with("qk_layernorm", "true"),
        small
            .with("name", "megatron_glm4")
            .with("rotary_interleaved", "true")
            .with("rotary_percentage", "0.5")
            .with("add_qkv_bias", "true"));
  }

  /** What NeMo 1.23 can have. */
  static List<SampleModel> nemo() {
    var small = small(GROUPED);
    var older = small(OLDER).with("make_vocab_size_divisible_by", "2");
    return List.of(
        GROUPED.listing(listing("llama-gqa-mcore-tp1")).listing(listing("llama-gqa-mcore-tp2pp2")),
        OLDER.listing(listing("llama-mha-legacy-tp1")).listing(listing("llama-mha-legacy-tp2pp2")),
        small.with("share_embeddings_and_output_weights", "true"),
        small.with("add_qkv_bias", "true"),
        small.with("window_size", "[4095, 0]"),
        small.with("num_moe_experts", "2"),
        small.with("activation", "fast-geglu").with("apply_embedding_scaling", "true"),
        small.with("num_query_groups", "8").with("activation", "swiglu"),
        older.with("share_embeddings_and_output_weights", "true"),
        older.with("megatron_legacy", "true"),
        older.with("activation", "swiglu"));
  }

  private static SampleModel small(SampleModel sample) {
    return sample
        .with("num_layers", "2")
        .with("hidden_size", "32")
        .with("ffn_hidden_size", "88")
        .named("small " + sample);
  }

  private static String listing(String file) {
    return HuggingFaceModel.text(LlamaConformanceTest.class, "/listings/" + file + ".txt");
  }
}

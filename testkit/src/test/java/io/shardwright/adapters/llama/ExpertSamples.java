package io.shardwright.adapters.llama;

import io.shardwright.adapters.nvgpt.McoreAttention;
import io.shardwright.testkit.SampleModel;
import java.util.List;

/** A model of each Hugging Face class with experts. */
final class ExpertSamples {
  private ExpertSamples() {}

  /**
   * The samples.
   *
   * @param small a model of 2 layers with 8 heads and 4 groups in Megatron-Core's naming
   */
  static List<SampleModel> of(SampleModel small) {
    var experts =
        small
            .with("num_moe_experts", "4")
            .with("moe_ffn_hidden_size", "8")
            .with("moe_router_topk", "2")
            .named("experts");
    var normed = experts.with("qk_layernorm", "true");
    return List.of(
        normed.named("Qwen3"),
        normed.with("moe_layer_freq", "[0, 1]").named("Qwen3 after a dense layer"),
        experts
            .with("moe_shared_expert_intermediate_size", "12")
            .with("moe_shared_expert_gate", "true")
            .with("add_qkv_bias", "true")
            .named("Qwen2"),
        normed.with("transformer_layer_spec", McoreAttention.OLMOE).named("OLMoE"),
        chosen(normed).with("add_qkv_bias", "true").named("GLM-4.5"),
        chosen(normed)
            .with("mtp_num_layers", "2")
            .named("GLM-4.5 that predicts two further tokens"),
        chosen(normed)
            .with("share_embeddings_and_output_weights", "true")
            .with("mtp_num_layers", "2")
            .named("GLM-4.5, tied"),
        latent(shared(experts)).named("DeepSeek V2"),
        chosen(latent(experts)).named("DeepSeek V3 without a short vector of queries"),
        chosen(latent(experts)).with("q_lora_rank", "12").named("DeepSeek V3"),
        latent(shared(experts))
            .with("moe_layer_freq", "[1, 1]")
            .named("DeepSeek V2, no dense layer"),
        chosen(latent(experts))
            .with("q_lora_rank", "12")
            .as("DeepseekV3ForCausalLM")
            .as("KimiK2ForCausalLM")
            .named("Kimi K2"));
  }

  private static SampleModel shared(SampleModel experts) {
    return experts
        .with("moe_shared_expert_intermediate_size", "16")
        .with("moe_layer_freq", "[0, 1]");
  }

  private static SampleModel chosen(SampleModel experts) {
    return shared(experts)
        .with("moe_router_score_function", "sigmoid")
        .with("moe_router_enable_expert_bias", "true")
        .with("moe_router_topk_scaling_factor", "2.5")
        .with("mtp_num_layers", "1");
  }

  private static SampleModel latent(SampleModel experts) {
    return experts
        .with("multi_latent_attention", "true")
        .with("qk_layernorm", "true")
        .with("num_query_groups", "8")
        .with("kv_lora_rank", "10")
        .with("qk_head_dim", "6")
        .with("qk_pos_emb_head_dim", "2")
        .with("v_head_dim", "4")
        .with("rotary_scaling_factor", "1.0");
  }
}

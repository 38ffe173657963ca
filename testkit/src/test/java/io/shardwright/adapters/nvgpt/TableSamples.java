package io.shardwright.adapters.nvgpt;

import io.shardwright.testkit.SampleModel;
import java.util.ArrayList;
import java.util.List;

/** Models that have the rows of Megatron-Core's GPTModel which NeMo 1.23's have not. */
public final class TableSamples {
  private TableSamples() {}

  /**
   * Samples for a family that narrows the table.
   *
   * @param small a model of 2 layers with 8 heads in Megatron-Core's naming
   */
  public static List<SampleModel> of(SampleModel small) {
    var all = new ArrayList<>(attention(small));
    all.addAll(experts(small));
    all.add(small.with("transformer_impl", "local"));
    all.addAll(all.stream().map(sample -> sample.with("mtp_num_layers", "1")).toList());
    return all;
  }

  private static List<SampleModel> attention(SampleModel small) {
    var latent =
        small
            .with("multi_latent_attention", "true")
            .with("kv_lora_rank", "10")
            .with("qk_head_dim", "6")
            .with("qk_pos_emb_head_dim", "2")
            .with("v_head_dim", "4")
            .named("latent");
    var gated = small.with("attention_output_gate", "true").named("gated");
    return List.of(
        small.with("qk_layernorm", "true").with("transformer_impl", "local"),
        small.with("qk_layernorm", "true").with(McoreAttention.SPECIFICATION, McoreAttention.OLMOE),
        small.with("name", "megatron_gemma2"),
        small.with("softmax_type", "learnable"),
        small.with("add_qkv_bias", "true"),
        gated.with("add_qkv_bias", "true"),
        latent,
        latent.with("q_lora_rank", "12").with("qk_layernorm", "true"),
        hybrid(gated));
  }

  private static SampleModel hybrid(SampleModel gated) {
    return gated
        .with("experimental_attention_variant", "gated_delta_net")
        .with("linear_attention_freq", "[1, 0]")
        .with("linear_num_key_heads", "2")
        .with("linear_num_value_heads", "4")
        .with("linear_key_head_dim", "3")
        .with("linear_value_head_dim", "5")
        .with("linear_conv_kernel_dim", "4")
        .named("hybrid");
  }

  static List<SampleModel> experts(SampleModel small) {
    var experts =
        small
            .with("num_moe_experts", "4")
            .with("moe_ffn_hidden_size", "8")
            .with("moe_shared_expert_intermediate_size", "12")
            .named("experts");
    return List.of(
        experts
            .with("moe_layer_freq", "[0, 1]")
            .with("moe_shared_expert_gate", "true")
            .with("name", "megatron_gemma2")
            .with("moe_router_enable_expert_bias", "true"),
        experts.with("moe_layer_freq", "[0, 1]").with("transformer_impl", "local"),
        experts.with("moe_latent_size", "16").with("name", "megatron_gemma3"),
        small.with("mtp_num_layers", "2"));
  }
}

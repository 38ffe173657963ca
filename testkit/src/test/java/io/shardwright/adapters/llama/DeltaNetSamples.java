package io.shardwright.adapters.llama;

import io.shardwright.testkit.SampleModel;
import java.util.List;

/** Models with gated delta nets, as Qwen3-Next. */
final class DeltaNetSamples {
  private DeltaNetSamples() {}

  /**
   * Samples of the class.
   *
   * @param small a model of 2 layers with 8 heads
   */
  static List<SampleModel> of(SampleModel small) {
    var next =
        small
            .with("kv_channels", "6")
            .with("qk_layernorm", "true")
            .with("attention_output_gate", "true")
            .with("layernorm_zero_centered_gamma", "true")
            .with("experimental_attention_variant", "gated_delta_net")
            .with("linear_attention_freq", "2")
            .with("linear_num_key_heads", "4")
            .with("linear_num_value_heads", "8")
            .with("linear_key_head_dim", "6")
            .with("linear_value_head_dim", "4")
            .with("linear_conv_kernel_dim", "4")
            .with("rotary_percentage", "0.25")
            .with("num_moe_experts", "4")
            .with("moe_router_topk", "2")
            .with("moe_ffn_hidden_size", "8")
            .with("moe_shared_expert_intermediate_size", "12")
            .with("moe_shared_expert_gate", "true")
            .named("qwen3-next");
    return List.of(next, next.with("mtp_num_layers", "1"));
  }
}

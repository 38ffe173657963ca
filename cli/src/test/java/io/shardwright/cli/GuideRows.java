package io.shardwright.cli;

import static io.shardwright.spi.Extent.count;
import static io.shardwright.spi.Extent.rest;
import static io.shardwright.spi.ParameterRule.Stage.EVERY;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;

import io.shardwright.spi.LayerSet;
import io.shardwright.spi.ParameterRule;
import java.util.List;

/** The rows that the guide shows in Java, in its order. */
final class GuideRows {
  private GuideRows() {}

  static List<ParameterRule> all() {
    return List.of(
        // begin: row: gate and up
        column("layers.*.mlp.gate_up.weight", 2),
        // end: row: gate and up
        // begin: row: part
        column("layers.*.mlp.up.weight", 2).of("layers.*.mlp.linear_fc1.weight").part(0, 1, 2),
        // end: row: part
        // begin: row: by kind
        column("layers.*.qkv.weight").groupedQkv().stored(new int[] {1, 0, 2}, new int[] {3}),
        // end: row: by kind
        // begin: row: segments
        column("layers.*.mixer.in_proj.weight")
            .segments("d_inner", "d_inner", "states", "states", "heads"),
        // end: row: segments
        // begin: row: alternating segments
        column("linear_attn.in_proj_ba.weight")
            .of("layers.in_proj.weight")
            .segments("keys", "keys", "values", "values", "value_heads", "value_heads")
            .alternating("key_heads")
            .part(0, 4, 6),
        column("attn.c_attn.weight").segments("hidden_size", "2 * kv_channels").uncut(1),
        // end: row: alternating segments
        // begin: row: transposed
        column("h.*.mlp.c_fc.weight")
            .of("layers.*.mlp.linear_fc1.weight")
            .stored(new int[] {1}, new int[] {0}),
        // end: row: transposed
        // begin: row: factors
        replicated("patches.weight").factored(1, count("patch_dim"), count("patch_dim"), rest()),
        // end: row: factors
        // begin: row: some layers
        column("layers.*.attention.weight").onLayers(LayerSet.every("4", -1)),
        replicated("layers.*.mixer.weight").onLayers(LayerSet.every("4", -1).others()),
        column("layers.*.mlp.dense.weight").onLayers(LayerSet.first("first_k_dense_replace")),
        replicated("layers.*.mlp.router.weight").onLayers(LayerSet.where("moe_layer_freq", 0, "1")),
        replicated("layers.*.mlp.lone.weight").onLayers(LayerSet.of(0, 3)),
        replicated("layers.*.mlp.only.weight").onLayers(LayerSet.numbers("mlp_only_layers")),
        replicated("layers.*.sinks").when("layer_types.*", "sliding_attention"),
        column("layers.*.mlp.fc1.weight").sized("block_configs.*.ffn.size", "hidden_size"),
        // end: row: some layers
        // begin: row: stack
        replicated("encoder.final_layernorm.weight").on(LAST).in("encoder"),
        replicated("decoder_embedding.weight").of("words.weight").on(FIRST).in("decoder").copy(),
        // end: row: stack
        // begin: row: experts
        column("layers.*.mlp.experts.linear_fc1.weight*", 2)
            .of("layers.*.mlp.experts.local_experts.*.linear_fc1.weight")
            .perExpert("num_moe_experts"),
        // end: row: experts
        // begin: row: every stage
        replicated("rotary.inv_freq").on(EVERY).optional(),
        // end: row: every stage
        // begin: row: tied
        column("words.weight").on(FIRST).vocabPaddedRows().tiedCopy("head.weight"),
        // end: row: tied
        // begin: row: condition
        replicated("layers.*.norm.bias").unless("normalization", "rmsnorm"),
        // end: row: condition
        // begin: row: optional
        replicated("cls_token").on(FIRST).optional(),
        // end: row: optional
        // begin: row: difference
        replicated("layers.*.norm.weight").less(1),
        // end: row: difference
        // begin: row: no decay
        replicated("layers.*.norm.weight").noDecay()
        // end: row: no decay
        );
  }
}

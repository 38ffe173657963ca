package io.shardwright.adapters.nvgpt;

import static io.shardwright.adapters.nvgpt.McoreGptTable.BIAS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.EXPERTS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.HIDDEN;
import static io.shardwright.adapters.nvgpt.McoreGptTable.LAYER;
import static io.shardwright.adapters.nvgpt.McoreMlp.gated;
import static io.shardwright.adapters.nvgpt.McoreMlp.plain;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.Traits.ExtraState.STORED;

import io.shardwright.spi.LayerSet;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;

/**
 * Experts, what chooses among them, and what all tokens share (Megatron-Core, {@code
 * megatron/core/transformer/moe/}: core_v0.5.0 has router and experts alone).
 */
public final class McoreExperts {
  public static final String ROUTER = LAYER + "mlp.router.weight";
  public static final String EXPERT = LAYER + "mlp.experts.local_experts.*.";

  /** The layers that have them: every n-th, or those that a list marks with 1; else all. */
  static final LayerSet LAYERS = LayerSet.where("moe_layer_freq", 0, "1", "null");

  private static final String WIDTH = "moe_ffn_hidden_size | " + McoreGptTable.FFN;
  private static final String INNER = "moe_latent_size | hidden_size";
  private static final String SHARED = "moe_shared_expert_intermediate_size";
  private static final String LATENT = "moe_latent_size";

  private McoreExperts() {}

  static ParameterTable rows(String layer) {
    String mlp = layer + "mlp.";
    var rows =
        McoreNorms.beforeExperts(layer)
            .and(router(mlp + "router."))
            .and(latent(mlp))
            .and(experts(mlp + "experts.local_experts.*."))
            .and(shared(mlp + "shared_experts."));
    return new ParameterTable(rows.rules().stream().map(rule -> rule.onLayers(LAYERS)).toList())
        .unless(EXPERTS, "null");
  }

  private static ParameterTable router(String module) {
    return ParameterTable.of(
        replicated(module + "weight").sized(EXPERTS, HIDDEN),
        replicated(module + BIAS).sized(EXPERTS).noDecay().unless(BIAS, "false"),
        replicated(module + "expert_bias")
            .sized(EXPERTS)
            .float32()
            .when("moe_router_enable_expert_bias", "true"));
  }

  /** Where experts work on a shorter vector. */
  private static ParameterTable latent(String mlp) {
    return ParameterTable.of(
            replicated(mlp + "fc1_latent_proj.weight").sized(LATENT, HIDDEN).extraState(STORED),
            replicated(mlp + "fc2_latent_proj.weight").sized(HIDDEN, LATENT).extraState(STORED))
        .unless(LATENT, "null");
  }

  private static ParameterTable experts(String expert) {
    String up = expert + "linear_fc1.";
    String down = expert + "linear_fc2.";
    return each(
            gated(column(up + "weight", 2).sized(WIDTH, INNER).extraState(STORED)),
            plain(column(up + "weight").sized(WIDTH, INNER).extraState(STORED)))
        .and(
            each(
                    gated(column(up + BIAS, 2).sized(WIDTH).noDecay()),
                    plain(column(up + BIAS).sized(WIDTH).noDecay()))
                .unless(BIAS, "false"))
        .and(each(row(down + "weight").sized(INNER, WIDTH).extraState(STORED)))
        .and(each(replicated(down + BIAS).sized(INNER).noDecay()).unless(BIAS, "false"));
  }

  private static ParameterTable each(ParameterRule... rows) {
    return new ParameterTable(
        ParameterTable.of(rows).rules().stream().map(rule -> rule.perExpert(EXPERTS)).toList());
  }

  private static ParameterTable shared(String module) {
    String up = module + "linear_fc1.weight";
    return ParameterTable.of(
            replicated(module + "gate_weight")
                .sized("1", HIDDEN)
                .when("moe_shared_expert_gate", "true"),
            gated(column(up, 2).sized(SHARED, HIDDEN).extraState(STORED)),
            plain(column(up).sized(SHARED, HIDDEN).extraState(STORED)),
            row(module + "linear_fc2.weight").sized(HIDDEN, SHARED).extraState(STORED))
        .unless(SHARED, "null");
  }
}

package io.shardwright.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.report.TensorName.Role;
import org.junit.jupiter.api.Test;

class TensorNameTest {
  private static void assertIs(String name, String group, String kind, Role role) {
    assertEquals(new TensorName(group, kind, role), TensorName.of(name), name);
  }

  @Test
  void tellsLayerAndKindInEveryNaming() {
    assertIs(
        "model.decoder.layers.3.self_attention.linear_qkv.weight",
        "decoder, layer 3",
        "self_attention.linear_qkv.weight",
        Role.ATTENTION);
    assertIs("model.layers.12.mlp.down_proj.weight", "layer 12", "mlp.down_proj.weight", Role.MLP);
    assertIs("transformer.h.0.ln_1.bias", "layer 0", "ln_1.bias", Role.NORM);
    assertIs("model.embed_tokens.weight", "", "model.embed_tokens.weight", Role.EMBEDDING);
    assertIs("lm_head.weight", "", "lm_head.weight", Role.EMBEDDING);
    assertIs("3", "", "*", Role.OTHER);
  }

  @Test
  void countsNoExpertsAsLayers() {
    assertIs(
        "decoder.layers.1.mlp.experts.local_experts.7.linear_fc1.weight",
        "decoder, layer 1",
        "mlp.experts.local_experts.*.linear_fc1.weight",
        Role.EXPERT);
    assertIs("mlp.experts.7.up.weight", "", "mlp.experts.*.up.weight", Role.EXPERT);
  }

  @Test
  void tellsAnOptimizersTensorsByTheirParameters() {
    assertIs(
        "optimizer.state.exp_avg.decoder.layers.1.mlp.linear_fc1.weight",
        "decoder, layer 1",
        "mlp.linear_fc1.weight",
        Role.OPTIMIZER);
  }

  @Test
  void fusedNormsAreNorms() {
    var name = TensorName.of("decoder.layers.0.self_attention.linear_qkv.layer_norm_weight");
    assertEquals(Role.NORM, name.role());
  }
}

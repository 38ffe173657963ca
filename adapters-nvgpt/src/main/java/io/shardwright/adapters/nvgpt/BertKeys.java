package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.KeyRule.becomes;
import static io.shardwright.spi.KeyRule.refused;
import static io.shardwright.spi.Naming.HUGGING_FACE;
import static io.shardwright.spi.Naming.LEGACY;
import static io.shardwright.spi.Naming.MCORE;

import io.shardwright.spi.KeyRule;
import io.shardwright.spi.Naming;
import java.util.List;
import java.util.Map;

/**
 * What the keys of a BERT's configuration mean in NeMo 1.23's two networks (NeMo v1.23.0, {@code
 * megatron_bert_model.py}: its own is given few of them).
 */
final class BertKeys {
  private static final String FUSED = "bias_activation_fusion";
  private static final String LEGACY_FUSED = "bias_gelu_fusion";
  private static final String IGNORED = "NeMo's own network ignores it";
  private static final String TANH = "with it NeMo computes GELU with tanh, and the class by erf";
  private static final String ALONE = "NeMo supports it in legacy naming only";

  private BertKeys() {}

  static Map<String, String> defaults() {
    return Map.of(
        "share_embeddings_and_output_weights",
        "true",
        "bias",
        "true",
        LEGACY_FUSED,
        "true",
        FUSED,
        "true",
        "layernorm_epsilon",
        "1.0e-05",
        BertTable.POSITIONS,
        "learned_absolute",
        "init_method_std",
        "0.02",
        "hidden_dropout",
        "0.1",
        "attention_dropout",
        "0.1");
  }

  /** Megatron-Core's norms want their class's name, and NeMo 2's own network a word of its own. */
  static Map<String, String> naming(Naming naming) {
    return naming == MCORE
        ? Map.of("mcore_bert", "true", "normalization", "LayerNorm")
        : Map.of("mcore_bert", "false", "normalization", "layernorm");
  }

  static List<KeyRule> rules() {
    return List.of(
        refused(BertTable.POSITIONS, ALONE)
            .from(LEGACY)
            .to(MCORE)
            .isNot("null", "learned_absolute"),
        refused("share_embeddings_and_output_weights", IGNORED).to(LEGACY).is("false"),
        refused("bias", IGNORED).to(LEGACY).is("false"),
        refused("num_query_groups", IGNORED).to(LEGACY).isNot("null", "${num_attention_heads}"),
        refused(
                BertTable.ORDER,
                "NeMo 2's BERT of Megatron-Core then has a further norm before the output layer")
            .from(LEGACY, HUGGING_FACE)
            .to(MCORE)
            .is(BertTable.POST)
            .unless(BertTable.LM_HEAD, "false"),
        becomes(BertTable.LM_HEAD, "false")
            .from(MCORE)
            .to(LEGACY)
            .when(BertTable.ORDER, BertTable.POST),
        refused(FUSED, TANH).from(MCORE).to(HUGGING_FACE).is("true", "null"),
        refused(LEGACY_FUSED, TANH).from(LEGACY).to(HUGGING_FACE).is("true", "null"),
        becomes(FUSED, "${" + LEGACY_FUSED + "}").from(LEGACY).to(MCORE),
        becomes(FUSED, "true").from(LEGACY).to(MCORE).when(LEGACY_FUSED, "null"),
        becomes(LEGACY_FUSED, "${" + FUSED + "}").from(MCORE).to(LEGACY),
        becomes(LEGACY_FUSED, "true").from(MCORE).to(LEGACY).when(FUSED, "null"));
  }
}

package com.example.hunyuan;

import static io.shardwright.spi.ParameterRule.replicated;

import com.google.auto.service.AutoService;
import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.KeyRule;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RefiningAdapter;
import io.shardwright.spi.Size;
import io.shardwright.spi.Traits.ExtraState;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import java.util.List;

/**
 * HunYuan: LLaMA with a norm of each head's query and key behind the rotary embedding (transformers
 * 5.24.0, {@code models/hunyuan_v1_dense/modeling_hunyuan_v1_dense.py}). Megatron-Core 0.19.2 has
 * such norms before it alone ({@code megatron/core/transformer/attention.py}); the key is our own.
 */
// begin: hunyuan adapter
@AutoService(ModelFamilyAdapter.class)
public final class HunyuanAdapter extends RefiningAdapter {
  private static final String ATTENTION = "decoder.layers.*.self_attention.";
  private static final String SELF = "model.layers.*.self_attn.";
  private static final String NORMED = "qk_layernorm_after_rope";

  /** As a provider is made. */
  public HunyuanAdapter() {
    super("hunyuan", "llama");
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return naming == Naming.MCORE
        ? ParameterTable.of(
            replicated(ATTENTION + "q_layernorm.weight")
                .sized(Size.HEAD)
                .extraState(ExtraState.STORED),
            replicated(ATTENTION + "k_layernorm.weight")
                .sized(Size.HEAD)
                .extraState(ExtraState.STORED))
        : ParameterTable.of();
  }

  @Override
  public List<KeyRule> keyRules() {
    return List.of(
        KeyRule.refused(NORMED, "NeMo's own layers have no such norms")
            .to(Naming.LEGACY)
            .is("true"));
  }

  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return List.of(
        HuggingFaceModel.of("hunyuan_v1_dense", "HunYuanDenseV1ForCausalLM")
            .refines("LlamaForCausalLM")
            .namings(Naming.MCORE)
            .dialect(
                Dialect.of("config.json")
                    .with(
                        ConfigKey.same("layernorm_epsilon", "rms_norm_eps").orElse("1e-05"),
                        ConfigKey.means(NORMED, "true")))
            .names(
                ParameterTable.of(
                    replicated(SELF + "query_layernorm.weight")
                        .of(ATTENTION + "q_layernorm.weight"),
                    replicated(SELF + "key_layernorm.weight").of(ATTENTION + "k_layernorm.weight")))
            .picks(List.of(new Condition(NORMED, List.of("true"), false)))
            .build());
  }
}
// end: hunyuan adapter

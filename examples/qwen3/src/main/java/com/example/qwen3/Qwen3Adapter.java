package com.example.qwen3;

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
 * Qwen3: LLaMA with a norm of each head's query and key (transformers 5.24.0, {@code
 * models/qwen3/modeling_qwen3.py}; megatron-core 0.19.2, {@code
 * megatron/core/transformer/attention.py}, {@code qk_layernorm}).
 */
// begin: qwen3 adapter
@AutoService(ModelFamilyAdapter.class)
public final class Qwen3Adapter extends RefiningAdapter {
  private static final String ATTENTION = "decoder.layers.*.self_attention.";
  private static final String SELF = "model.layers.*.self_attn.";

  /** As a provider is made. */
  public Qwen3Adapter() {
    super("qwen3", "llama");
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
        KeyRule.refused("qk_layernorm", "NeMo's own layers have no such norms")
            .to(Naming.LEGACY)
            .is("true"));
  }

  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return List.of(
        HuggingFaceModel.of("qwen3", "Qwen3ForCausalLM")
            .refines("LlamaForCausalLM")
            .namings(Naming.MCORE)
            .dialect(
                Dialect.of("config.json")
                    .with(
                        ConfigKey.headSize("head_dim").orElse("128"),
                        ConfigKey.means("qk_layernorm", "true"),
                        ConfigKey.only("use_sliding_window", "false")))
            .names(
                ParameterTable.of(
                    replicated(SELF + "q_norm.weight").of(ATTENTION + "q_layernorm.weight"),
                    replicated(SELF + "k_norm.weight").of(ATTENTION + "k_layernorm.weight")))
            .picks(List.of(new Condition("qk_layernorm", List.of("true"), false)))
            .build());
  }
}
// end: qwen3 adapter

package io.shardwright.adapters.llama;

import static io.shardwright.spi.ParameterRule.Stage.EVERY;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import com.google.auto.service.AutoService;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;

/**
 * LLaMA as NeMo 1.23 stores it with {@code mcore_gpt: false} ({@code
 * nemo/collections/nlp/modules/common/megatron/language_model.py}).
 */
@AutoService(ModelFamilyAdapter.class)
public final class LlamaAdapter implements ModelFamilyAdapter {
  private static final String MODEL = "language_model.";
  private static final String LAYER = MODEL + "encoder.layers.*.";
  private static final String HEADS = "num_attention_heads";

  @Override
  public String id() {
    return "llama";
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return List.of(
        RestoreClass.nemo(
            "nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel"));
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.TENSOR, ParallelDimension.PIPELINE);
  }

  @Override
  public boolean describes(ModelConfig config) {
    return !config.flag("mcore_gpt")
        && !config.flag("transformer_engine")
        && config.text("normalization").filter("rmsnorm"::equals).isPresent()
        && config.text("activation").filter("fast-swiglu"::equals).isPresent();
  }

  @Override
  public Naming naming(ModelConfig config) {
    return Naming.LEGACY;
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return ParameterTable.of(
        column(MODEL + "embedding.word_embeddings.weight").on(FIRST).vocabPaddedRows(),
        replicated(MODEL + "rotary_pos_emb.inv_freq").on(EVERY).optional(),
        replicated(LAYER + "input_layernorm.weight"),
        column(LAYER + "self_attention.query_key_value.weight")
            .cutBetween(HEADS)
            .unless("megatron_legacy", "true"),
        column(LAYER + "self_attention.query_key_value.weight", 3)
            .cutBetween(HEADS)
            .when("megatron_legacy", "true"),
        row(LAYER + "self_attention.dense.weight").cutBetween(HEADS),
        replicated(LAYER + "post_attention_layernorm.weight"),
        column(LAYER + "mlp.dense_h_to_4h.weight", 2),
        row(LAYER + "mlp.dense_4h_to_h.weight"),
        replicated(MODEL + "encoder.final_layernorm.weight").on(LAST),
        column(MODEL + "output_layer.weight").on(LAST).vocabPaddedRows());
  }
}

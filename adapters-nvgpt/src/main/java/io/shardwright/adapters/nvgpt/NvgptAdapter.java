package io.shardwright.adapters.nvgpt;

import com.google.auto.service.AutoService;
import io.shardwright.spi.CommunityModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;
import java.util.Map;

/** NVGPT and other GPT models of NeMo 1.23; the configuration decides, not the name. */
@AutoService(ModelFamilyAdapter.class)
public final class NvgptAdapter implements ModelFamilyAdapter {
  private static final List<String> LLAMA_ACTIVATIONS =
      List.of("fast-swiglu", "swiglu", "fast-geglu");
  private static final List<String> POSITIONS =
      List.of("rope", "learned_absolute", "learned_parameters");

  @Override
  public String id() {
    return "nvgpt";
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return List.of(
        RestoreClass.nemo(
            "nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel"),
        RestoreClass.nemo(
            "nemo.collections.nlp.models.language_modeling.megatron_gpt_sft_model.MegatronGPTSFTModel"));
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(
        ParallelDimension.TENSOR, ParallelDimension.PIPELINE, ParallelDimension.VIRTUAL_PIPELINE);
  }

  @Override
  public boolean describes(ModelConfig config) {
    boolean llama =
        config.text("normalization").filter("rmsnorm"::equals).isPresent()
            && config.text("activation").filter(LLAMA_ACTIVATIONS::contains).isPresent()
            && config.text("position_embedding_type").filter("rope"::equals).isPresent()
            && config.text("bias").filter(bias -> bias.equalsIgnoreCase("false")).isPresent();
    boolean engine = config.flag("transformer_engine") && !config.flag("mcore_gpt");
    return config.has("encoder_seq_length")
        && config.peftScheme().isEmpty()
        && !engine
        && !config.has("patch_dim")
        && !config.has("num_moe_experts")
        && !llama;
  }

  @Override
  public Naming naming(ModelConfig config) {
    return config.flag("mcore_gpt") ? Naming.MCORE : Naming.LEGACY;
  }

  @Override
  public List<Naming> namings(ModelConfig config) {
    boolean grouped =
        config.integer("num_query_groups").isPresent()
            && !config.integer("num_query_groups").equals(config.integer("num_attention_heads"));
    boolean plain =
        config.text("transformer_block_type").orElse("pre_ln").equals("pre_ln")
            && !config.flag("headscale")
            && !config.text("name").filter(McoreGptTable.FALCON::equals).isPresent()
            && POSITIONS.contains(config.text("position_embedding_type").orElse("rope"));
    return grouped
        ? List.of(Naming.MCORE)
        : plain ? List.of(Naming.MCORE, Naming.LEGACY) : List.of(naming(config));
  }

  @Override
  public Map<String, String> namingKeys(ModelConfig config, Naming naming) {
    return naming == Naming.MCORE
        ? Map.of("mcore_gpt", "true")
        : Map.of("mcore_gpt", "false", "transformer_engine", "false");
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return naming == Naming.MCORE ? McoreGptTable.rows() : LegacyGptTable.rows();
  }

  @Override
  public List<CommunityModel> communityModels() {
    return CommunityGpt.models();
  }
}

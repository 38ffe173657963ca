package io.shardwright.adapters.nvgpt;

import com.google.auto.service.AutoService;
import io.shardwright.spi.KeyRule;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** NeMo 1.23's T5 and the classes that train it further. */
@AutoService(ModelFamilyAdapter.class)
public final class T5Adapter implements ModelFamilyAdapter {
  private static final String MODELS = "nemo.collections.nlp.models.language_modeling.megatron_";

  @Override
  public String id() {
    return "t5";
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return Stream.of(
            "t5_model.MegatronT5Model",
            "t5_sft_model.MegatronT5SFTModel",
            "t0_model.MegatronT0Model",
            "glue_model.MegatronT5GLUEModel",
            "bart_model.MegatronBARTModel")
        .map(own -> RestoreClass.nemo(MODELS + own))
        .toList();
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.TENSOR, ParallelDimension.PIPELINE);
  }

  /** NeMo refuses stages where the decoder's words or the output layer's are its own. */
  @Override
  public SupportedParallelism parallelism(ModelConfig config) {
    boolean shared =
        Stream.of(T5Table.SHARED, T5Table.SHARED_HEAD)
            .allMatch(key -> config.flag(key) || config.text(key).isEmpty());
    return shared ? parallelism() : SupportedParallelism.of(ParallelDimension.TENSOR);
  }

  @Override
  public boolean describes(ModelConfig config) {
    return Stream.of("encoder", "decoder", T5Table.SHARED, "tokenizer.num_sentinel_tokens")
        .anyMatch(config::has);
  }

  @Override
  public Naming naming(ModelConfig config) {
    return Naming.LEGACY;
  }

  /** NeMo v1.23.0, {@code megatron_lm_encoder_decoder_model.py}. */
  @Override
  public Map<String, String> defaults() {
    return Map.of(T5Table.SHARED, "true", T5Table.SHARED_HEAD, "true", "tokens_head_bias", "true");
  }

  @Override
  public List<KeyRule> keyRules() {
    return T5Keys.rules();
  }

  @Override
  public List<LayerStack> stacks() {
    return List.of(
        stack(T5Table.ENCODER).before(LayerStack.SPLIT_RANK),
        stack(T5Table.DECODER).from(LayerStack.SPLIT_RANK));
  }

  private static LayerStack stack(String name) {
    return LayerStack.of(name, name + ".num_layers | num_layers", name + ".layers.");
  }

  @Override
  public Set<WeightLayout> layouts() {
    return EnumSet.of(WeightLayout.RANKS);
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return new T5Table(config.has("encoder") && config.has("decoder")).rows();
  }
}

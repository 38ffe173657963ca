package io.shardwright.adapters.nvgpt;

import com.google.auto.service.AutoService;
import io.shardwright.spi.HuggingFaceModel;
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

/** NeMo's BERT, in its own network and in Megatron-Core's. */
@AutoService(ModelFamilyAdapter.class)
public final class BertAdapter implements ModelFamilyAdapter {
  static final String MODEL =
      "nemo.collections.nlp.models.language_modeling.megatron_bert_model.MegatronBertModel";

  @Override
  public String id() {
    return "bert";
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return List.of(RestoreClass.nemo(MODEL));
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.TENSOR, ParallelDimension.PIPELINE);
  }

  /** NeMo 2's BERT of Megatron-Core repeats the norm before post-LN layers on every stage. */
  @Override
  public SupportedParallelism parallelism(ModelConfig config) {
    boolean repeated =
        config.flag("mcore_bert")
            && config.text(BertTable.ORDER).filter(BertTable.POST::equals).isPresent();
    return repeated ? SupportedParallelism.of(ParallelDimension.TENSOR) : parallelism();
  }

  @Override
  public boolean describes(ModelConfig config) {
    return config.has(BertTable.BINARY);
  }

  @Override
  public Naming naming(ModelConfig config) {
    return config.flag("mcore_bert") ? Naming.MCORE : Naming.LEGACY;
  }

  @Override
  public List<Naming> namings(ModelConfig config) {
    return List.of(Naming.MCORE, Naming.LEGACY);
  }

  @Override
  public Map<String, String> namingKeys(ModelConfig config, Naming naming) {
    return BertKeys.naming(naming);
  }

  @Override
  public Map<String, String> defaults() {
    return BertKeys.defaults();
  }

  @Override
  public List<KeyRule> keyRules() {
    return BertKeys.rules();
  }

  @Override
  public List<LayerStack> stacks() {
    return List.of(LayerStack.of("encoder", "num_layers", ""));
  }

  @Override
  public Set<WeightLayout> layouts() {
    return EnumSet.of(WeightLayout.RANKS);
  }

  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return HuggingFaceBert.models();
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return naming == Naming.MCORE ? McoreBertTable.rows() : BertTable.rows();
  }
}

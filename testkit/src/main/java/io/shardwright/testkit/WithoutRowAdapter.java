package io.shardwright.testkit;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.KeyRule;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An adapter like another one, without one of its rows. */
record WithoutRowAdapter(ModelFamilyAdapter whole, ParameterRule row)
    implements ModelFamilyAdapter {
  @Override
  public String id() {
    return whole.id();
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return whole.restoreClasses();
  }

  @Override
  public SupportedParallelism parallelism() {
    return whole.parallelism();
  }

  @Override
  public SupportedParallelism parallelism(ModelConfig config) {
    return whole.parallelism(config);
  }

  @Override
  public boolean describes(ModelConfig config) {
    return whole.describes(config);
  }

  @Override
  public Naming naming(ModelConfig config) {
    return whole.naming(config);
  }

  @Override
  public List<Naming> namings(ModelConfig config) {
    return whole.namings(config);
  }

  @Override
  public Map<String, String> namingKeys(ModelConfig config, Naming naming) {
    return whole.namingKeys(config, naming);
  }

  @Override
  public Set<WeightLayout> layouts() {
    return whole.layouts();
  }

  @Override
  public Map<String, String> defaults() {
    return whole.defaults();
  }

  @Override
  public List<KeyRule> keyRules() {
    return whole.keyRules();
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return new ParameterTable(
        whole.parameters(config, naming).rules().stream()
            .filter(r -> !RowName.anywhere(r).equals(RowName.anywhere(row)))
            .toList());
  }

  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return whole.huggingFaceModels();
  }
}

package io.shardwright.adapters.breach;

import io.shardwright.core.BreachOfCore;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;

/** Breaks the rules "adapters", "stateless" and, with BreachOfCore, "cycles" and "core". */
public final class BreachTable implements ModelFamilyAdapter {
  private String id = BreachOfCore.name();

  @Override
  public String id() {
    return id;
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    id = "changed";
    return List.of();
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of();
  }

  @Override
  public boolean describes(ModelConfig config) {
    return false;
  }

  @Override
  public Naming naming(ModelConfig config) {
    return Naming.LEGACY;
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return ParameterTable.of();
  }
}

package io.shardwright.core.internal.job;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;

/** A placeholder for plans that need no family. */
final class UnclaimedAdapter implements ModelFamilyAdapter {
  @Override
  public String id() {
    return "none";
  }

  @Override
  public List<RestoreClass> restoreClasses() {
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
    return new ParameterTable(List.of());
  }
}

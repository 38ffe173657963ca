package io.shardwright.core.internal.registry;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;

/** A family that describes everything, for tests to refine. */
public abstract class PlainAdapter implements ModelFamilyAdapter {
  private final String id;
  private final List<RestoreClass> classes;

  protected PlainAdapter(String id, String... classes) {
    this.id = id;
    this.classes = List.of(classes).stream().map(RestoreClass::nemo).toList();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return classes;
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.TENSOR);
  }

  @Override
  public boolean describes(ModelConfig config) {
    return true;
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

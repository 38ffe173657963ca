package io.shardwright.spi;

import java.util.List;
import java.util.Optional;

/**
 * A family that adds rows and Hugging Face classes to another one, such as a shipped one. It says
 * only what differs; {@link RefinedAdapter} tells how both become one.
 */
public abstract class RefiningAdapter implements ModelFamilyAdapter {
  private final String id;
  private final String base;

  /**
   * Makes a refinement that says nothing yet.
   *
   * @param id its own name, as {@link ModelFamilyAdapter#id} has it
   * @param base the id of the family that it refines
   */
  protected RefiningAdapter(String id, String base) {
    this.id = id;
    this.base = base;
  }

  @Override
  public final String id() {
    return id;
  }

  @Override
  public final Optional<String> refines() {
    return Optional.of(base);
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
    return true;
  }

  /** Not asked for: namings are those of the family that is refined. */
  @Override
  public final Naming naming(ModelConfig config) {
    return Naming.MCORE;
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return ParameterTable.of();
  }
}

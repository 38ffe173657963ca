package io.shardwright.spi;

import io.shardwright.spi.config.ConfigKey;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A family made of another one and a refinement of it. Rows of the refinement replace those of the
 * same pattern, the others are added ({@link ParameterTable#refinedBy}); its Hugging Face classes
 * are tried first, and may themselves refine classes of the base ({@link
 * HuggingFaceModel.Builder#refines}); configurations must be described by both. Namings are the
 * base's.
 *
 * @param refinement the family that says what differs
 * @param base the family that it refines
 */
public record RefinedAdapter(ModelFamilyAdapter refinement, ModelFamilyAdapter base)
    implements ModelFamilyAdapter {
  @Override
  public String id() {
    return refinement.id();
  }

  @Override
  public Optional<String> refines() {
    return refinement.refines();
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return both(refinement.restoreClasses(), base.restoreClasses());
  }

  @Override
  public SupportedParallelism parallelism() {
    return refinement.parallelism().dimensions().isEmpty()
        ? base.parallelism()
        : refinement.parallelism();
  }

  @Override
  public SupportedParallelism parallelism(ModelConfig config) {
    return refinement.parallelism().dimensions().isEmpty()
        ? base.parallelism(config)
        : refinement.parallelism(config);
  }

  @Override
  public boolean describes(ModelConfig config) {
    return base.describes(config) && refinement.describes(config);
  }

  @Override
  public List<LayerStack> stacks() {
    return base.stacks();
  }

  @Override
  public Naming naming(ModelConfig config) {
    return base.naming(config);
  }

  @Override
  public List<Naming> namings(ModelConfig config) {
    return base.namings(config);
  }

  @Override
  public Map<String, String> namingKeys(ModelConfig config, Naming naming) {
    return base.namingKeys(config, naming);
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return base.parameters(config, naming).refinedBy(refinement.parameters(config, naming));
  }

  @Override
  public Map<String, String> defaults() {
    var all = new HashMap<>(base.defaults());
    all.putAll(refinement.defaults());
    return all;
  }

  @Override
  public Set<WeightLayout> layouts() {
    var both = EnumSet.copyOf(base.layouts());
    both.retainAll(refinement.layouts());
    return both;
  }

  @Override
  public List<KeyRule> keyRules() {
    return both(base.keyRules(), refinement.keyRules());
  }

  /**
   * Returns the classes of both.
   *
   * @return the refinement's first
   * @throws IllegalArgumentException if a class refines one that the base lacks
   */
  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return both(
        refinement.huggingFaceModels().stream().map(this::complete).toList(),
        base.huggingFaceModels());
  }

  private HuggingFaceModel complete(HuggingFaceModel model) {
    return model
        .refines()
        .map(
            name ->
                base.huggingFaceModels().stream()
                    .filter(other -> other.architecture().equals(name))
                    .findFirst()
                    .map(other -> over(model, other))
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                model.architecture()
                                    + " refines "
                                    + name
                                    + ", which is not a class of family '"
                                    + base.id()
                                    + "'")))
        .orElse(model);
  }

  /** What a class says, and for the rest what the class that it refines does. */
  private static HuggingFaceModel over(HuggingFaceModel model, HuggingFaceModel other) {
    var namings = model.namings().isEmpty() ? other.namings() : model.namings();
    return HuggingFaceModel.of(model.modelType(), model.architecture())
        .restores(model.restores().isEmpty() ? other.restores() : model.restores())
        .namings(namings.toArray(Naming[]::new))
        .base(model.base().isEmpty() ? other.base() : model.base())
        .dialect(
            other
                .dialect()
                .with(model.dialect().rows().toArray(ConfigKey[]::new))
                .ignoring(model.dialect().neutral().toArray(String[]::new)))
        .names(other.names().refinedBy(model.names()))
        .variant(model.variant())
        .picks(both(other.picks(), model.picks()))
        .build();
  }

  private static <T> List<T> both(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream()).distinct().toList();
  }
}

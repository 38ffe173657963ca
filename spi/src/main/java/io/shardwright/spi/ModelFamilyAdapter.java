package io.shardwright.spi;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A model family: the names, cuts and sizes of its parameters, and the classes that restore it.
 *
 * <p>Implementations are found with {@link java.util.ServiceLoader}. They have a public no-argument
 * constructor and no state; every method is pure and cheap.
 */
public interface ModelFamilyAdapter {
  /**
   * Returns the family's name, which is unique among all adapters that are found.
   *
   * @return lower-case letters, digits and hyphens, such as {@code llama}
   */
  String id();

  /**
   * Names the family that this one refines: what this one does not say is that family's (see {@link
   * RefinedAdapter}).
   *
   * @return the id of another adapter that is found; empty by default
   */
  default Optional<String> refines() {
    return Optional.empty();
  }

  /**
   * Returns the classes that restore checkpoints of this family.
   *
   * @return at least one, none if the family refines another; the first of a kind is the one that
   *     is written to targets
   */
  List<RestoreClass> restoreClasses();

  /**
   * Returns the parallel dimensions whose sizes may be larger than 1.
   *
   * @return the dimensions; the engine refuses larger sizes of all others
   */
  SupportedParallelism parallelism();

  /**
   * Returns those of {@link #parallelism()} whose sizes may be larger than 1 for one model.
   *
   * @param config the whole configuration
   * @return by default all of them
   */
  default SupportedParallelism parallelism(ModelConfig config) {
    return parallelism();
  }

  /**
   * Tells whether a configuration that names no class belongs to this family.
   *
   * @param config the whole configuration
   * @return true only if no other family could claim it
   */
  boolean describes(ModelConfig config);

  /**
   * Determines the naming of the parameters in a checkpoint's files.
   *
   * @param config the checkpoint's whole configuration
   * @return the naming
   */
  Naming naming(ModelConfig config);

  /**
   * Returns the namings for which the family has rows under a configuration.
   *
   * @param config the whole configuration
   * @return at least {@link #naming}; by default that one alone
   */
  default List<Naming> namings(ModelConfig config) {
    return List.of(naming(config));
  }

  /**
   * Returns those of {@link #namings} in which the model computes the same, by {@link #keyRules}.
   *
   * @param config the whole configuration
   * @return at least the one that the configuration has
   */
  default List<Naming> equivalentNamings(ModelConfig config) {
    Naming own = naming(config);
    return namings(config).stream()
        .filter(
            naming ->
                keyRules().stream()
                    .filter(rule -> rule.kind() == KeyRule.Kind.REFUSED)
                    .noneMatch(rule -> rule.holds(config, own, naming)))
        .toList();
  }

  /**
   * Returns the configuration keys that state a naming, with their values.
   *
   * @param config the whole configuration
   * @param naming the naming to state
   * @return values in YAML by dotted path; empty by default, for families of one naming
   */
  default Map<String, String> namingKeys(ModelConfig config, Naming naming) {
    return Map.of();
  }

  /**
   * Returns the configuration keys that must change so that the model stays the same in another
   * naming.
   *
   * @param config the source's whole configuration
   * @param from the source's naming
   * @param to the target's naming
   * @return new values in YAML by dotted path: those of {@link #namingKeys}, and those of the
   *     {@link #keyRules} of {@link KeyRule.Kind#BECOMES} that apply
   */
  default Map<String, String> keys(ModelConfig config, Naming from, Naming to) {
    Map<String, String> keys = new TreeMap<>(namingKeys(config, to));
    keyRules().stream()
        .filter(rule -> rule.kind() == KeyRule.Kind.BECOMES && rule.holds(config, from, to))
        .forEach(rule -> rule.value(config).ifPresent(value -> keys.put(rule.key(), value)));
    return keys;
  }

  /**
   * Returns the keys that Megatron-Core's own formats have otherwise, since they keep the weights
   * otherwise.
   *
   * @param config the configuration of a model
   * @return keys and values in YAML by {@link #keyRules} of {@link KeyRule.Kind#MEGATRON}
   */
  default Map<String, String> inMegatron(ModelConfig config) {
    Map<String, String> keys = new TreeMap<>();
    keyRules().stream()
        .filter(rule -> rule.kind() == KeyRule.Kind.MEGATRON)
        .filter(rule -> rule.conditions().stream().allMatch(c -> c.holds(config)))
        .forEach(rule -> rule.value(config).ifPresent(value -> keys.put(rule.key(), value)));
    return keys;
  }

  /**
   * Returns every parameter that a model of the family can have under a configuration.
   *
   * @param config the whole configuration
   * @param naming the naming of the rows' patterns
   * @return rows in the order in which the model registers its parameters
   * @throws IllegalArgumentException if the family has no such naming
   */
  ParameterTable parameters(ModelConfig config, Naming naming);

  /**
   * Returns NeMo's default values of keys that a configuration may lack and that other formats must
   * state.
   *
   * @return values in YAML by dotted path; none by default
   */
  default Map<String, String> defaults() {
    return Map.of();
  }

  /**
   * Returns the stacks of layers that a model of the family has.
   *
   * @return at least one, of different names; by default {@link LayerStack#DECODER} alone
   */
  default List<LayerStack> stacks() {
    return List.of(LayerStack.DECODER);
  }

  /**
   * Returns the layouts in which the family's NeMo class reads checkpoints.
   *
   * @return {@link WeightLayout#RANKS} at least; both by default
   */
  default Set<WeightLayout> layouts() {
    return EnumSet.allOf(WeightLayout.class);
  }

  /**
   * Returns the rules on configuration keys beyond the rows: models that can't be read, and values
   * that differ between namings.
   *
   * @return all rules; none by default
   */
  default List<KeyRule> keyRules() {
    return List.of();
  }

  /**
   * Returns the Hugging Face classes to which and from which this family can be converted.
   *
   * @return the classes in the order in which they are tried for a NeMo configuration; none by
   *     default
   */
  default List<HuggingFaceModel> huggingFaceModels() {
    return List.of();
  }
}

package io.shardwright.spi;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One model family. Implementations have a public no-argument constructor, hold no state and are
 * found with {@link java.util.ServiceLoader}; every method is pure and cheap.
 */
public interface ModelFamilyAdapter {
  /**
   * The family's name, unique among all adapters that are present.
   *
   * @return lower-case letters, digits and hyphens
   */
  String id();

  /**
   * The classes whose checkpoints this family restores.
   *
   * @return at least one; the first of a kind is the one that is written
   */
  List<RestoreClass> restoreClasses();

  /**
   * The parallel dimensions that may exceed 1.
   *
   * @return enforced by the engine
   */
  SupportedParallelism parallelism();

  /**
   * Whether a configuration that names no class is of this family.
   *
   * @param config the whole configuration
   * @return true only where no other family could claim it
   */
  boolean describes(ModelConfig config);

  /**
   * The naming that a configuration's checkpoint uses.
   *
   * @param config the whole configuration
   * @return the naming of the parameter names in its files
   */
  Naming naming(ModelConfig config);

  /**
   * The namings that a checkpoint with this configuration can have, as far as the rows go.
   *
   * @param config the whole configuration
   * @return at least the one it uses
   */
  default List<Naming> namings(ModelConfig config) {
    return List.of(naming(config));
  }

  /**
   * Those of them in which the model computes the same.
   *
   * @param config the whole configuration
   * @return at least the one it uses
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
   * The configuration keys by which a checkpoint says its naming.
   *
   * @param config the whole configuration
   * @param naming the naming that is wanted
   * @return keys and plain values; empty where the family has one naming
   */
  default Map<String, String> namingKeys(ModelConfig config, Naming naming) {
    return Map.of();
  }

  /**
   * What a configuration must say so that its model is the same in a naming.
   *
   * @param config the whole configuration
   * @param from the naming that it is of
   * @param to the naming that is wanted
   * @return keys and plain values: those of {@link #namingKeys}, and what {@link #keyRules} make of
   *     others
   */
  default Map<String, String> keys(ModelConfig config, Naming from, Naming to) {
    Map<String, String> keys = new TreeMap<>(namingKeys(config, to));
    keyRules().stream()
        .filter(rule -> rule.kind() == KeyRule.Kind.BECOMES && rule.holds(config, from, to))
        .forEach(rule -> rule.value(config).ifPresent(value -> keys.put(rule.key(), value)));
    return keys;
  }

  /**
   * Every parameter the family can have under a configuration.
   *
   * @param config the whole configuration
   * @param naming whose names the rows' patterns are
   * @return rows in registration order
   * @throws IllegalArgumentException if the family has no such naming
   */
  ParameterTable parameters(ModelConfig config, Naming naming);

  /**
   * What NeMo takes where a configuration lacks a key.
   *
   * @return keys and plain values, of those that other sides must be told; none by default
   */
  default Map<String, String> defaults() {
    return Map.of();
  }

  /**
   * The layouts in which the family's NeMo class reads its checkpoints.
   *
   * @return {@link WeightLayout#RANKS} at least; both by default
   */
  default Set<WeightLayout> layouts() {
    return EnumSet.allOf(WeightLayout.class);
  }

  /**
   * What configuration keys mean beyond the rows: models that can't be read, and what the namings
   * say differently.
   *
   * @return every rule; none by default
   */
  default List<KeyRule> keyRules() {
    return List.of();
  }

  /**
   * The Hugging Face classes that this family can be turned into and made of.
   *
   * @return in the order in which they are tried for a NeMo configuration; none by default
   */
  default List<HuggingFaceModel> huggingFaceModels() {
    return List.of();
  }
}

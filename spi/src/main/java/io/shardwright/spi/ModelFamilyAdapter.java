package io.shardwright.spi;

import java.util.List;
import java.util.Map;

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
   * The namings that a checkpoint with this configuration can have.
   *
   * @param config the whole configuration
   * @return at least the one it uses
   */
  default List<Naming> namings(ModelConfig config) {
    return List.of(naming(config));
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
   * Every parameter the family can have under a configuration.
   *
   * @param config the whole configuration
   * @param naming whose names the rows' patterns are
   * @return rows in registration order
   * @throws IllegalArgumentException if the family has no such naming
   */
  ParameterTable parameters(ModelConfig config, Naming naming);

  /**
   * The Hugging Face classes that this family can be turned into and made of.
   *
   * @return in the order in which they are tried for a NeMo configuration; none by default
   */
  default List<CommunityModel> communityModels() {
    return List.of();
  }
}

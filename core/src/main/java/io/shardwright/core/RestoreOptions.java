package io.shardwright.core;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Options for restoring a model: changes of its configuration, like those of NeMo's {@code
 * restore_from(override_config_path = …)}, and the choice of its tensors. The files are always read
 * by their own configuration.
 *
 * @param configFile a YAML file that replaces the checkpoint's configuration; empty to keep it
 * @param overrides plain YAML values that replace those of the configuration, by dotted path; the
 *     text {@code "null"} stands for a null value
 * @param storedNames true for the tensors of the files, each shard under its stored name, which
 *     needs no family; false for the family's logical tensors, each of them whole
 */
public record RestoreOptions(
    Optional<Path> configFile, Map<String, String> overrides, boolean storedNames) {
  /** The unchanged configuration, and the family's logical tensors. */
  public static final RestoreOptions NONE = new RestoreOptions(Optional.empty(), Map.of(), false);

  /**
   * Copies the overrides.
   *
   * @param configFile not null
   * @param overrides copied, in their order
   * @param storedNames kept as given
   * @throws NullPointerException if a component, a key or a value is null
   */
  public RestoreOptions {
    Objects.requireNonNull(configFile, "configFile");
    overrides = new LinkedHashMap<>(overrides);
    overrides.forEach(RestoreOptions::requireGiven);
  }

  private static void requireGiven(String key, String value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, () -> "value of '" + key + "'; the text \"null\" means null");
  }

  /**
   * Returns a copy with one more override.
   *
   * @param key dotted path, such as {@code tokenizer.library}
   * @param value a plain YAML value
   * @return the copy
   */
  public RestoreOptions with(String key, String value) {
    var more = new LinkedHashMap<>(overrides);
    more.put(key, value);
    return new RestoreOptions(configFile, more, storedNames);
  }

  /**
   * Returns a copy that takes the configuration from a file.
   *
   * @param file a YAML file
   * @return the copy
   */
  public RestoreOptions withConfigFile(Path file) {
    return new RestoreOptions(Optional.of(file), overrides, storedNames);
  }

  /**
   * Returns a copy for the tensors of the files, each shard under its stored name.
   *
   * @return the copy
   */
  public RestoreOptions withStoredNames() {
    return new RestoreOptions(configFile, overrides, true);
  }
}

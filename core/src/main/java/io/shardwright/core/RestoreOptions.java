package io.shardwright.core;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a restored model's configuration is to be, as NeMo's {@code
 * restore_from(override_config_path = …)} allows. It never changes how the files are read: their
 * own configuration tells that.
 *
 * @param configFile a YAML file in place of the checkpoint's configuration
 * @param overrides values by dotted keys, in place of what the configuration says; {@code null} is
 *     the text {@code "null"}
 * @param storedNames whether the tensors are those of the files, each shard under its stored name,
 *     for which no family is needed; else they are a family's, whole
 */
public record RestoreOptions(
    Optional<Path> configFile, Map<String, String> overrides, boolean storedNames) {
  /** The configuration as it is, and the family's tensors. */
  public static final RestoreOptions NONE = new RestoreOptions(Optional.empty(), Map.of(), false);

  /**
   * Copies the overrides.
   *
   * @param configFile see the record
   * @param overrides see the record
   * @param storedNames see the record
   * @throws NullPointerException if anything is null
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
   * The same with one more override.
   *
   * @param key dotted path, such as {@code tokenizer.library}
   * @param value a plain YAML value
   * @return the options
   */
  public RestoreOptions with(String key, String value) {
    var more = new LinkedHashMap<>(overrides);
    more.put(key, value);
    return new RestoreOptions(configFile, more, storedNames);
  }

  /**
   * The same with another configuration.
   *
   * @param file a YAML file
   * @return the options
   */
  public RestoreOptions withConfigFile(Path file) {
    return new RestoreOptions(Optional.of(file), overrides, storedNames);
  }

  /**
   * The same with the files' own tensors and names.
   *
   * @return the options
   */
  public RestoreOptions withStoredNames() {
    return new RestoreOptions(configFile, overrides, true);
  }
}

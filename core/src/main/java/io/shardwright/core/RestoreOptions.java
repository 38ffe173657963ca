package io.shardwright.core;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a restored model's configuration is to be, as NeMo's {@code
 * restore_from(override_config_path = …)} allows. It never changes how the files are read: their
 * own configuration tells that.
 *
 * @param configFile a YAML file in place of the checkpoint's configuration
 * @param overrides values by dotted keys, in place of what the configuration says; {@code null} is
 *     the text {@code "null"}
 */
public record RestoreOptions(Optional<Path> configFile, Map<String, String> overrides) {
  /** The configuration as it is. */
  public static final RestoreOptions NONE = new RestoreOptions(Optional.empty(), Map.of());

  /**
   * Copies the overrides.
   *
   * @param configFile see the record
   * @param overrides see the record
   */
  public RestoreOptions {
    overrides = new LinkedHashMap<>(overrides);
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
    return new RestoreOptions(configFile, more);
  }

  /**
   * The same with another configuration.
   *
   * @param file a YAML file
   * @return the options
   */
  public RestoreOptions withConfigFile(Path file) {
    return new RestoreOptions(Optional.of(file), overrides);
  }
}

package io.shardwright.spi.dialect;

import io.shardwright.spi.ModelConfig;

/** A canonical configuration that can be changed. Immutable; the engine alone makes them. */
public interface Configuration extends ModelConfig {
  /**
   * Returns a copy in which one key has another value. A key that is absent is appended.
   *
   * @param key dotted path; all but its last part lead to maps that are there
   * @param plain the value as a plain scalar of YAML: {@code 2}, {@code false}, {@code null}; or a
   *     flow list of such
   * @return a changed copy
   */
  Configuration with(String key, String plain);
}

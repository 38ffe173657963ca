package io.shardwright.spi;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A model's configuration in NeMo's keys, whatever file it came from. Keys of nested maps are
 * joined with dots: {@code tokenizer.model}.
 */
public interface ModelConfig {
  /**
   * A scalar as it is written.
   *
   * @param key dotted path
   * @return empty where the key is absent, null, or a map; a list of scalars in brackets, such as
   *     {@code [4095, 0]}
   */
  Optional<String> text(String key);

  /**
   * An integer.
   *
   * @param key dotted path
   * @return empty where the key is absent, null, or no integer
   */
  default OptionalLong integer(String key) {
    return text(key)
        .filter(value -> value.matches("[+-]?[0-9]{1,18}"))
        .map(value -> OptionalLong.of(Long.parseLong(value)))
        .orElseGet(OptionalLong::empty);
  }

  /**
   * A truth value.
   *
   * @param key dotted path
   * @return true where the value is {@code true}, {@code yes} or {@code on} in any case
   */
  default boolean flag(String key) {
    return text(key).filter(value -> value.matches("(?i)true|yes|on")).isPresent();
  }

  /**
   * Whether a key stands in the configuration, null values included.
   *
   * @param key dotted path
   * @return true where it does
   */
  boolean has(String key);

  /**
   * The kind of adapter whose parameters alone a checkpoint holds, without the model's (NeMo
   * v1.23.0, {@code nemo/collections/nlp/parts/mixins/nlp_adapter_mixins.py}).
   *
   * @return {@code peft.peft_scheme}, such as {@code lora}; empty for a whole model
   */
  default Optional<String> peftScheme() {
    return text("peft.peft_scheme").filter(scheme -> !scheme.equals("none"));
  }
}

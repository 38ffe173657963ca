package io.shardwright.core.internal.validate;

import io.shardwright.spi.ModelConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The lengths of axes that the configuration determines, by their meaning. */
final class KnownSizes {
  static final String QKV = "queries, keys and values";
  static final String GATED = "2 x ffn_hidden_size";
  static final String HEADS = "num_attention_heads x channels";
  static final String HIDDEN = "hidden_size";

  private final Map<String, Long> sizes = new LinkedHashMap<>();

  KnownSizes(ModelConfig config) {
    put(HIDDEN, config.integer("hidden_size"));
    put("ffn_hidden_size", config.integer("ffn_hidden_size"));
    config.integer("ffn_hidden_size").ifPresent(ffn -> sizes.put(GATED, 2 * ffn));
    long heads = config.integer("num_attention_heads").orElse(0);
    if (heads > 0) {
      long groups = config.integer("num_query_groups").orElse(heads);
      long channels =
          config.integer("kv_channels").orElse(config.integer("hidden_size").orElse(0) / heads);
      sizes.put(HEADS, heads * channels);
      sizes.put(QKV, (heads + 2 * groups) * channels);
    }
  }

  private void put(String what, OptionalLong size) {
    size.ifPresent(value -> sizes.put(what, value));
  }

  boolean is(String what, long length) {
    return sizes.containsKey(what) && sizes.get(what) == length;
  }

  /** What a length is, for a reason; nothing where it is none that is known. */
  String described(long length) {
    return sizes.entrySet().stream()
        .filter(size -> size.getValue() == length)
        .map(size -> " = " + size.getKey())
        .findFirst()
        .orElse("");
  }
}

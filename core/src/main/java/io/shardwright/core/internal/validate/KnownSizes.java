package io.shardwright.core.internal.validate;

import io.shardwright.spi.ModelConfig;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** The lengths of axes that a part of a configuration determines, by their meaning. */
final class KnownSizes {
  static final String QKV = "queries, keys and values";
  static final String KEYS_VALUES = "keys and values";
  static final String GATED = "2 x ffn_hidden_size";
  static final String HEADS = "num_attention_heads x channels";
  static final String HIDDEN = "hidden_size";
  private static final String COUNT = "num_attention_heads";

  private final Map<String, Long> sizes = new LinkedHashMap<>();
  private final ModelConfig config;
  private final String scope;

  private KnownSizes(ModelConfig config, String scope) {
    this.config = config;
    this.scope = scope;
    put(HIDDEN, number("hidden_size"));
    put("ffn_hidden_size", number("ffn_hidden_size"));
    number("ffn_hidden_size").ifPresent(ffn -> sizes.put(GATED, 2 * ffn));
    long heads = number(COUNT).orElse(0);
    if (heads > 0) {
      long groups = number("num_query_groups").orElse(heads);
      long channels = number("kv_channels").orElse(number("hidden_size").orElse(0) / heads);
      sizes.put(HEADS, heads * channels);
      sizes.put(QKV, (heads + 2 * groups) * channels);
      sizes.put(KEYS_VALUES, 2 * groups * channels);
    }
  }

  /**
   * Those that hold for some names.
   *
   * @param keys all of the configuration, nested ones joined by dots
   * @param pattern of the names; where the configuration nests sizes of several modules, the one
   *     whose key is a part of it counts
   */
  static KnownSizes of(ModelConfig config, Set<String> keys, String pattern) {
    List<String> scopes =
        keys.stream()
            .filter(key -> key.endsWith("." + COUNT))
            .map(key -> key.substring(0, key.length() - COUNT.length()))
            .sorted(Comparator.comparing(String::length).reversed())
            .toList();
    boolean nestedOnly = scopes.size() == 1 && !keys.contains(COUNT);
    String scope =
        scopes.stream()
            .filter(each -> isOf(each, pattern))
            .findFirst()
            .orElse(nestedOnly ? scopes.get(0) : "");
    return new KnownSizes(config, scope);
  }

  /** Whether a section's last key is a part of a name, or the beginning of one. */
  static boolean isOf(String scope, String pattern) {
    String key = scope.substring(scope.lastIndexOf('.', scope.length() - 2) + 1).replace(".", "");
    return Stream.of(pattern.split("\\."))
        .anyMatch(part -> part.equals(key) || part.startsWith(key + "_"));
  }

  private OptionalLong number(String key) {
    return config.integer(scope + key);
  }

  private void put(String what, OptionalLong size) {
    size.ifPresent(value -> sizes.put(what, value));
  }

  boolean is(String what, long length) {
    return sizes.containsKey(what) && sizes.get(what) == length;
  }

  /** Whether they stand at the configuration's root, where rows look for them. */
  boolean atRoot() {
    return scope.isEmpty();
  }

  /** The key of the number of heads. */
  String heads() {
    return scope + COUNT;
  }

  /** The key of the number of groups of queries that share a key and a value. */
  String groups() {
    return number("num_query_groups").isPresent() ? scope + "num_query_groups" : heads();
  }

  /** What a length is, for a reason; nothing where it is none that is known. */
  String described(long length) {
    return sizes.entrySet().stream()
        .filter(size -> size.getValue() == length && !size.getKey().equals(KEYS_VALUES))
        .map(size -> " = " + size.getKey())
        .findFirst()
        .orElse("");
  }
}

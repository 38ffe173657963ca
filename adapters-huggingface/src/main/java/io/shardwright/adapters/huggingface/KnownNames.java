package io.shardwright.adapters.huggingface;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.format.ContainedTensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A folder's names as its class has them. Buffers that every loader makes anew are dropped; a model
 * that was saved without its head lacks the names' first part, which is put back.
 */
final class KnownNames {
  private static final List<String> BUFFERS =
      List.of(
          "rotary_emb.inv_freq",
          "position_ids",
          ".attn.bias",
          ".attn.masked_bias",
          ".attention.masked_bias",
          ".rotary_emb.cos_cached",
          ".rotary_emb.sin_cached");

  private KnownNames() {}

  static Map<String, ContainedTensor> of(
      Map<String, ? extends ContainedTensor> found, ParameterTable table, List<String> notes) {
    String prefix = missingPrefix(found, table);
    if (prefix.isEmpty() && found.keySet().stream().noneMatch(KnownNames::isBuffer)) {
      return Collections.unmodifiableMap(found);
    }
    // names that have no first part to lack
    Set<String> heads =
        table.rules().stream().map(ParameterRule::pattern).collect(Collectors.toSet());
    var named = new LinkedHashMap<String, ContainedTensor>();
    found.forEach(
        (name, tensor) -> {
          if (isBuffer(name)) {
            notes.add("'" + name + "' is a buffer that every loader creates again: left out");
          } else {
            named.put(prefix.isEmpty() || heads.contains(name) ? name : prefix + name, tensor);
          }
        });
    return named;
  }

  private static boolean isBuffer(String name) {
    for (String end : BUFFERS) {
      if (name.endsWith(end)) {
        return true;
      }
    }
    return false;
  }

  private static String missingPrefix(
      Map<String, ? extends ContainedTensor> found, ParameterTable table) {
    Map<String, Integer> firsts = new TreeMap<>();
    for (ParameterRule rule : table.rules()) {
      firsts.merge(rule.pattern().split("\\.")[0] + ".", 1, Integer::sum);
    }
    String usual =
        firsts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    boolean lacks =
        table.rules().stream()
            .map(ParameterRule::pattern)
            .filter(name -> name.startsWith(usual))
            .anyMatch(name -> found.containsKey(name.substring(usual.length())));
    boolean there = found.keySet().stream().anyMatch(name -> name.startsWith(usual));
    return lacks && !there ? usual : "";
  }
}

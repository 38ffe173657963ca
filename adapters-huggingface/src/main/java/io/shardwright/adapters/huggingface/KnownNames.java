package io.shardwright.adapters.huggingface;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.format.ContainedTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
    var named = new LinkedHashMap<String, ContainedTensor>();
    found.forEach(
        (name, tensor) -> {
          if (BUFFERS.stream().anyMatch(name::endsWith)) {
            notes.add("'" + name + "' is a buffer that is made anew: left out");
          } else {
            named.put(head(name, table) ? name : prefix + name, tensor);
          }
        });
    return named;
  }

  /** Whether a name has no first part to lack: it stands in the table as it is. */
  private static boolean head(String name, ParameterTable table) {
    return table.rules().stream().anyMatch(rule -> rule.pattern().equals(name));
  }

  private static String missingPrefix(
      Map<String, ? extends ContainedTensor> found, ParameterTable table) {
    Map<String, Integer> firsts = new TreeMap<>();
    for (ParameterRule rule : table.rules()) {
      firsts.merge(rule.pattern().split("\\.")[0] + ".", 1, Integer::sum);
    }
    String usual =
        firsts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    boolean there = found.keySet().stream().anyMatch(name -> name.startsWith(usual));
    return there ? "" : usual;
  }
}

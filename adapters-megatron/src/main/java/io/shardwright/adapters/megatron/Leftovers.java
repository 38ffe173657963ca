package io.shardwright.adapters.megatron;

import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a checkpoint holds besides tensors, for the user. */
final class Leftovers {
  private Leftovers() {}

  /** A sentence that counts them by kind. */
  static List<String> notes(Set<String> objects) {
    var kinds = new TreeMap<String, Integer>();
    objects.forEach(key -> kinds.merge(kind(key), 1, Integer::sum));
    kinds.remove("common_state");
    return kinds.isEmpty()
        ? List.of()
        : List.of(
            "objects that are no weights stay behind: "
                + kinds.entrySet().stream()
                    .map(kind -> kind.getKey() + " (" + kind.getValue() + ")")
                    .collect(Collectors.joining(", ")));
  }

  /** What stands before the shard, without the module. */
  private static String kind(String key) {
    String name = key.replaceFirst("/shard_[0-9._]+$", "");
    return name.endsWith("_extra_state") ? "_extra_state" : name;
  }
}

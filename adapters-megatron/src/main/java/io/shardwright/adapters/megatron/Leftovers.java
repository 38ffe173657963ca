package io.shardwright.adapters.megatron;

import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a checkpoint holds besides tensors, for the user. */
final class Leftovers {
  private Leftovers() {}

  /** An optimizer's follow its state, or are left out with it. */
  private static final Pattern OF_OPTIMIZER = Pattern.compile("(chained_[0-9]+\\.)?optimizer\\.");

  /** A sentence that counts those of Megatron-Core by kind. */
  static List<String> notes(Set<String> objects) {
    return notes(
        objects.stream()
            .filter(key -> !OF_OPTIMIZER.matcher(key).lookingAt())
            .collect(Collectors.toSet()),
        Leftovers::kind);
  }

  /** A sentence that counts the values of a nested dict by what stands before the first dot. */
  static List<String> ofPaths(Set<String> objects) {
    var others = objects.stream().filter(key -> !key.contains(".param_groups."));
    return notes(others.collect(Collectors.toSet()), key -> key.split("\\.", 2)[0]);
  }

  private static List<String> notes(Set<String> objects, UnaryOperator<String> kindOf) {
    var kinds = new TreeMap<String, Integer>();
    objects.forEach(key -> kinds.merge(kindOf.apply(key), 1, Integer::sum));
    kinds.remove("common_state");
    return kinds.isEmpty()
        ? List.of()
        : List.of(
            "objects that are not weights are left out: "
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

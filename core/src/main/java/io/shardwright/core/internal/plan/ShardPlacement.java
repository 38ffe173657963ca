package io.shardwright.core.internal.plan;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gives every stored tensor its place in a format that has no ranks. */
final class ShardPlacement implements Placement {
  private final Map<String, Map<String, TargetTensor>> files = new LinkedHashMap<>();
  private final Map<String, TargetTensor> byName = new HashMap<>();

  ShardPlacement(Map<String, List<TensorSpec>> shards) {
    shards.forEach(
        (file, specs) -> {
          var tensors = new LinkedHashMap<String, TargetTensor>();
          for (TensorSpec spec : specs) {
            var tensor = new TargetTensor(file, spec);
            tensors.put(spec.name(), tensor);
            byName.put(spec.name(), tensor);
          }
          files.put(file, tensors);
        });
  }

  static List<TensorSpec> specs(List<Emission> emissions) {
    Map<String, List<Emission>> byName =
        emissions.stream().collect(groupingBy(ShardPlacement::name, LinkedHashMap::new, toList()));
    return byName.values().stream().map(ShardPlacement::spec).toList();
  }

  private static String name(Emission emission) {
    String prefix = emission.prefix();
    return Companions.prefix(prefix) + emission.name().substring(prefix.length());
  }

  /** Of one emission; of experts that share a tensor all of them. */
  private static TensorSpec spec(List<Emission> same) {
    Emission first = same.get(0);
    return new TensorSpec(name(first), first.dtype(), first.shard(1, same.size()));
  }

  @Override
  public List<To> add(Emission emission) {
    TargetTensor tensor = byName.get(name(emission));
    return emission.views(0, 1, emission.indexes()).stream()
        .map(view -> new To(tensor, view))
        .toList();
  }

  List<TargetFile> files() {
    return files.entrySet().stream()
        .map(
            entry ->
                new TargetFile(
                    entry.getKey(),
                    new RankCoordinate(0, 0),
                    List.copyOf(entry.getValue().keySet()),
                    entry.getValue(),
                    Map.of(),
                    Optional.empty()))
        .toList();
  }
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.DistributedKey;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ModuleState;
import io.shardwright.core.internal.describe.ModuleState.Content;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.ModuleState.Value;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.Traits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Makes the states of modules in a distributed checkpoint: a file per layer for every module of
 * which Megatron-Core expects one.
 */
final class ArrayObjects {
  private static final String STATE = ModuleState.SUFFIX;

  private final String folder;
  private final StageLayers layers;
  private final Map<String, Content> found = new LinkedHashMap<>();
  private final StateCopies copies = new StateCopies();

  /**
   * For one target.
   *
   * @param carried whether the source's states fit the target's modules
   */
  ArrayObjects(String folder, ModelDescription model, StageLayers layers, boolean carried) {
    this.folder = folder;
    this.layers = layers;
    if (carried) {
      found.putAll(ModuleStates.ofFirstRank(model));
    }
  }

  /** The states of all emitted modules, in their order, then those of modules without rows. */
  List<TargetObject> of(List<Emission> emissions) {
    var objects = new LinkedHashMap<String, TargetObject>();
    var others = new LinkedHashMap<>(found);
    for (Emission emission : emissions) {
      if (Companions.isCompanion(emission.prefix())) {
        continue;
      }
      others.remove(name(emission));
      if (emission.extraState() == Traits.ExtraState.STORED) {
        String member = member(emission);
        Content content = found.getOrDefault(name(emission), new Value(ExtraState.none()));
        objects.computeIfAbsent(member, file -> object(file, content));
      }
    }
    others.values().removeIf(content -> content.equals(new Value(Constant.NONE)));
    others.forEach(
        (name, content) -> objects.computeIfAbsent(other(name), f -> object(f, content)));
    return new ArrayList<>(objects.values());
  }

  private static String name(Emission emission) {
    String module = LogicalTensor.name(module(emission.row().pattern()), emission.indexes());
    return emission.prefix() + module + STATE;
  }

  private String other(String name) {
    return layers
        .place(name)
        .map(
            place -> {
              String pattern = name.substring(0, place.from()) + "*" + name.substring(place.to());
              return member(
                  DistributedKey.of(pattern), List.of(place.layer()), place.stack().layers());
            })
        .orElseGet(() -> member(DistributedKey.of(name), List.of(), 1));
  }

  private String member(Emission emission) {
    var row = emission.row();
    boolean alike = layers.alike(row);
    String pattern = emission.prefix() + module(row.pattern()) + STATE;
    int extent = alike && row.perLayer() ? layers.stack(row).layers() : 1;
    return member(
        DistributedKey.of(pattern, emission.indexes(), alike), emission.stacked(alike), extent);
  }

  private String member(String key, List<Integer> indexes, int layers) {
    List<Integer> extents =
        indexes.isEmpty()
            ? List.of(1)
            : IntStream.range(0, indexes.size())
                .mapToObj(k -> k == 0 ? layers : Integer.valueOf(1))
                .toList();
    return folder + key + "/" + DistributedKey.shard(indexes, extents);
  }

  private TargetObject object(String member, Content content) {
    if (content instanceof Stored stored) {
      String name = member.substring(folder.length(), member.lastIndexOf('.'));
      return new TargetObject(
          member, Optional.empty(), Optional.of(copies.add(member, name, stored)));
    }
    return new TargetObject(member, Optional.of(((Value) content).value()), Optional.empty());
  }

  /** What moves the states that are tensors; complete when the objects are. */
  List<PlanStep> steps() {
    return copies.steps();
  }

  static String module(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }
}

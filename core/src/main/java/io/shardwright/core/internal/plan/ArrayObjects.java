package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.DistributedKey;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModuleState;
import io.shardwright.core.internal.describe.ModuleState.Content;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.ModuleState.Value;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Traits;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the states of modules in a distributed checkpoint: a file per layer for every module of
 * which Megatron-Core expects one.
 */
final class ArrayObjects {
  private static final String STATE = ModuleState.SUFFIX;

  private final String folder;
  private final StageLayers layers;
  private final ModelConfig config;
  private final Owners owners;
  private final Map<String, Content> found;
  private final ArrayKeys keys;
  private final StateCopies copies = new StateCopies();
  private final Map<ParameterRule, Integer> experts = new IdentityHashMap<>();

  /**
   * For one target.
   *
   * @param found the source's states that fit the target's modules, by name in the whole model
   */
  ArrayObjects(
      String folder,
      StageLayers layers,
      ModelConfig config,
      Owners owners,
      Map<String, Content> found) {
    this.folder = folder;
    this.layers = layers;
    this.config = config;
    this.owners = owners;
    this.found = found;
    this.keys = new ArrayKeys(layers, this::key);
  }

  /** The states of all emitted modules, in their order, then those of modules without rows. */
  List<TargetObject> of(List<Emission> emissions) {
    var objects = new LinkedHashMap<String, TargetObject>();
    var others = new LinkedHashMap<>(found);
    for (Emission emission : emissions) {
      if (Companions.isCompanion(emission.prefix())) {
        continue;
      }
      String name = found.isEmpty() ? "" : name(emission);
      others.remove(name);
      if (emission.extraState() == Traits.ExtraState.STORED) {
        Named named = named(emission);
        var content = Optional.ofNullable(found.get(name));
        objects.computeIfAbsent(named.member(folder), file -> object(named, file, content));
      }
    }
    others.values().removeIf(content -> content.equals(new Value(Constant.NONE)));
    others.forEach(
        (name, content) -> {
          Named named = other(name);
          objects.computeIfAbsent(
              named.member(folder), file -> object(named, file, Optional.of(content)));
        });
    return new ArrayList<>(objects.values());
  }

  private static String name(Emission emission) {
    String module = LogicalTensor.name(module(emission.row().pattern()), emission.indexes());
    return emission.prefix() + module + STATE;
  }

  /**
   * A state of a distributed checkpoint.
   *
   * @param key of its module, without layers and experts
   * @param indexes layer and expert
   * @param extents how many there are of each
   * @param owner the rank that writes it
   */
  private record Named(String key, List<Integer> indexes, List<Integer> extents, int owner) {
    String member(String folder) {
      return folder + key + "/" + DistributedKey.file(indexes, extents);
    }

    String whole() {
      return key + "/" + DistributedKey.shard(indexes, extents);
    }
  }

  private Named other(String name) {
    int owner = owners.of(name);
    return layers
        .place(name)
        .map(
            place -> {
              String pattern = name.substring(0, place.from()) + "*" + name.substring(place.to());
              var all = List.of(place.stack().layers());
              return new Named(DistributedKey.of(pattern), List.of(place.layer()), all, owner);
            })
        .orElseGet(() -> new Named(DistributedKey.of(name), List.of(0), List.of(1), owner));
  }

  private String key(Emission emission) {
    var row = emission.row();
    String pattern = emission.prefix() + module(row.pattern()) + STATE;
    return DistributedKey.of(pattern, emission.indexes(), layers.alike(row));
  }

  private Named named(Emission emission) {
    var row = emission.row();
    boolean alike = keys.alike(row);
    var extents = new ArrayList<Integer>();
    if (alike && row.perLayer()) {
      extents.add(layers.stack(row).layers());
    }
    List<Integer> indexes = emission.stacked(alike);
    if (extents.size() < indexes.size()) {
      extents.add(
          experts.computeIfAbsent(row, r -> Math.toIntExact(ExpertBlocks.count(r, config))));
    }
    return new Named(
        keys.of(emission),
        indexes.isEmpty() ? List.of(0) : indexes,
        extents.isEmpty() ? List.of(1) : extents,
        owners.of(row, emission.indexes(), 0));
  }

  private TargetObject object(Named named, String member, Optional<Content> content) {
    Optional<PickleValue> value = Optional.empty();
    Optional<TargetTensor> tensor = Optional.empty();
    if (content.orElse(null) instanceof Stored stored) {
      String name = member.substring(folder.length(), member.lastIndexOf('.'));
      tensor = Optional.of(copies.add(member, name, stored));
    } else if (content.orElse(null) instanceof Value held) {
      value = Optional.of(held.value());
    }
    return new TargetObject(member, named.whole(), named.owner(), value, tensor);
  }

  /** What moves the states that are tensors; complete when the objects are. */
  List<PlanStep> steps() {
    return copies.steps();
  }

  static String module(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }
}

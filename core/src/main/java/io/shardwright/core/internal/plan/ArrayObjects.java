package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.describe.DistributedKey;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StateObject;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Traits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What the modules of a distributed checkpoint keep besides tensors: a file per layer, for every
 * module that Megatron-Core expects one of.
 */
final class ArrayObjects {
  private static final String STATE = "._extra_state";

  private final String folder;
  private final int layers;
  private final Map<String, PickleValue> found = new HashMap<>();

  /**
   * For one target.
   *
   * @param carried whether the source's objects fit the target's modules
   */
  ArrayObjects(String folder, ModelDescription model, boolean carried) {
    this.folder = folder;
    this.layers = model.layers();
    if (carried) {
      for (StateObject object : model.objects()) {
        found.put(object.name(), object.value());
      }
    }
  }

  /** The objects of all emitted modules, in their order. */
  List<TargetObject> of(List<Emission> emissions) {
    var objects = new LinkedHashMap<String, TargetObject>();
    for (Emission emission : emissions) {
      if (emission.row().traits().extraState() == Traits.ExtraState.STORED) {
        TargetObject object = object(emission);
        objects.putIfAbsent(object.member(), object);
      }
    }
    return new ArrayList<>(objects.values());
  }

  private TargetObject object(Emission emission) {
    ParameterRule row = emission.row();
    String key = emission.prefix() + DistributedKey.of(module(row.pattern())) + STATE;
    List<Integer> extents =
        emission.indexes().isEmpty()
            ? List.of(1)
            : IntStream.range(0, emission.indexes().size())
                .mapToObj(k -> k == 0 ? layers : Integer.valueOf(1))
                .toList();
    String name =
        emission.prefix() + LogicalTensor.name(module(row.pattern()), emission.indexes()) + STATE;
    return new TargetObject(
        folder + key + "/" + DistributedKey.shard(emission.indexes(), extents),
        found.getOrDefault(name, ExtraState.none()));
  }

  static String module(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }
}

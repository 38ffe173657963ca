package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetObject;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.format.GridLayout.States;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An object of a distributed checkpoint: a torch file, and the rank that writes it. */
record ItemObject(String key, int owner, byte[] bytes) {
  /** What torch calls a file that it writes to a stream. */
  private static final String ROOT = "archive";

  /**
   * All objects of a target: those of the format on the first rank, and the states of modules.
   *
   * @param values of the format's own, by key
   */
  static List<ItemObject> of(ExecutablePlan plan, Map<String, JsonValue> values, States states) {
    var all = new ArrayList<ItemObject>();
    new TreeMap<>(values)
        .forEach((key, value) -> all.add(new ItemObject(key, 0, file(key, value))));
    byte[] state = state(states);
    for (TargetObject module : plan.objects()) {
      all.add(new ItemObject(module.key(), module.owner(), state));
    }
    return all;
  }

  private static byte[] file(String key, JsonValue value) {
    return TorchTree.file(ROOT, value, key);
  }

  /** A list with nothing or a tensor of no bytes in it. */
  private static byte[] state(States states) {
    var list = new Sequence();
    if (states == States.NONE) {
      list.items().add(Constant.NONE);
      return ExtraState.file(ROOT, list);
    }
    var pickle = new StateDictPickle();
    var tensor = pickle.tensor(new TensorSpec(ROOT, DType.UINT8, Shape.of(0)));
    list.items().add(tensor.value());
    return TorchLayout.of(ROOT, PickleWriter.write(list), pickle.storages())
        .bytes(Map.of(tensor.key(), new byte[0]));
  }
}

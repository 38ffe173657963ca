package io.shardwright.engine;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.engine.RankTraining.Held;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * The optimizer of a rank of Megatron-LM, whose states are computed of the weights, so that what is
 * cut is what was computed of a part.
 */
final class RankAdam {
  private static final Map<String, DoubleUnaryOperator> KINDS =
      Map.of("exp_avg", value -> value / 3, "exp_avg_sq", value -> value * value);

  private RankAdam() {}

  /** Megatron's parameters with weight decay, and those without. */
  static List<List<Held>> groups(List<Map<String, Held>> chunks) {
    var decayed = new ArrayList<Held>();
    var others = new ArrayList<Held>();
    for (var chunk : chunks) {
      chunk.forEach(
          (name, held) -> {
            if (!name.endsWith("inv_freq")) {
              (held.spec().shape().rank() == 1 ? others : decayed).add(held);
            }
          });
    }
    return List.of(decayed, others);
  }

  /** Weights of 16 bits have a master each. */
  static Dict of(
      List<Map<String, Held>> chunks, StateDictPickle pickle, Map<String, byte[]> storages) {
    boolean masters =
        chunks.stream()
            .flatMap(chunk -> chunk.values().stream())
            .anyMatch(held -> held.spec().dtype() == DType.BFLOAT16);
    var state = new Dict();
    var groups = new Sequence();
    var all = new Sequence();
    for (List<Held> own : groups(chunks)) {
      var indexes = new Sequence();
      var kept = new Sequence();
      for (Held held : own) {
        var index = Int.of(state.entries().size());
        var moments = new Dict();
        KINDS.forEach(
            (kind, of) -> moments.put(new Text(kind), tensor(held, of, pickle, storages)));
        state.put(index, moments);
        indexes.items().add(index);
        if (masters && held.spec().dtype() == DType.BFLOAT16) {
          kept.items().add(tensor(held, value -> value, pickle, storages));
        }
      }
      groups.items().add(group(groups.items().isEmpty(), indexes));
      all.items().add(kept);
    }
    var plain = new Dict().put(new Text("state"), state).put(new Text("param_groups"), groups);
    return masters
        ? new Dict().put(new Text("optimizer"), plain).put(new Text("fp32_from_fp16_params"), all)
        : plain;
  }

  private static Dict group(boolean decay, PickleValue indexes) {
    return new Dict()
        .put(new Text("wd_mult"), new Real(decay ? 1 : 0))
        .put(new Text("lr"), new Real(0.01))
        .put(new Text("step"), Int.of(7))
        .put(new Text("params"), indexes);
  }

  private static PickleValue tensor(
      Held held, DoubleUnaryOperator of, StateDictPickle pickle, Map<String, byte[]> storages) {
    var spec = new TensorSpec("state", DType.FLOAT32, held.spec().shape());
    var from = ByteBuffer.wrap(held.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    var to = ByteBuffer.allocate((int) spec.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    while (from.hasRemaining()) {
      float value =
          held.spec().dtype() == DType.BFLOAT16
              ? Float.intBitsToFloat(from.getShort() << 16)
              : from.getFloat();
      to.putFloat((float) of.applyAsDouble(value));
    }
    var stored = pickle.tensor(spec);
    storages.put(stored.key(), to.array());
    return stored.value();
  }
}

package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random pickle graphs with values that stand in several places, and lists that hold themselves.
 */
final class RandomGraph {
  private final Random random;
  private final List<PickleValue> seen = new ArrayList<>();

  private RandomGraph(Random random) {
    this.random = random;
  }

  static PickleValue of(Random random) {
    return new RandomGraph(random).value(4);
  }

  private PickleValue value(int depth) {
    if (!seen.isEmpty() && random.nextInt(6) == 0) {
      return seen.get(random.nextInt(seen.size()));
    }
    PickleValue made = depth == 0 ? atom() : container(depth - 1);
    seen.add(made);
    return made;
  }

  private PickleValue atom() {
    return switch (random.nextInt(7)) {
      case 0 -> Constant.values()[random.nextInt(3)];
      case 1 -> new Int(new BigInteger(random.nextInt(90), random).subtract(BigInteger.TEN));
      case 2 -> new Real(random.nextGaussian());
      case 3 ->
          new Text("é\ud83d\ude00" + random.nextInt(50) + (random.nextBoolean() ? "\ud800" : ""));
      case 4 -> new Global("collections", "OrderedDict");
      case 5 -> new PersistentId(new Text("storage"));
      default -> new Int(BigInteger.valueOf(random.nextInt(70_000)));
    };
  }

  private PickleValue container(int depth) {
    int size = random.nextInt(6);
    switch (random.nextInt(4)) {
      case 0 -> {
        var list = new Sequence();
        seen.add(list);
        fill(list.items(), size, depth);
        return list;
      }
      case 1 -> {
        var dict = new Dict();
        seen.add(dict);
        for (int i = 0; i < size; i++) {
          dict.put(new Text("key" + i), value(depth));
        }
        return dict;
      }
      case 2 -> {
        var items = new ArrayList<PickleValue>();
        fill(items, size, depth);
        return new Tuple(List.copyOf(items));
      }
      default -> {
        var call = Call.reduce(new Global("example", "Thing"), value(depth));
        seen.add(call);
        call.build(value(depth));
        fill(call.appended(), size, depth);
        return call;
      }
    }
  }

  private void fill(List<PickleValue> items, int size, int depth) {
    for (int i = 0; i < size; i++) {
      items.add(value(depth));
    }
  }
}

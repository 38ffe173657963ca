package io.shardwright.core.internal.convert;

import io.shardwright.spi.LayerSet;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which layers have experts: Megatron-Core's list of 0 and 1, or nothing where all have. */
enum ExpertLayers implements DialectEngine.Relation {
  /** The first layers have none; a list says so where all have, as Megatron-Bridge writes it. */
  DENSE_FIRST {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      long dense = said.map(Long::parseLong).orElse(0L);
      in.set(row.canonical(), listed(in, layer -> layer >= dense));
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      List<Integer> dense = dense(row, out);
      boolean first = IntStream.range(0, dense.size()).allMatch(i -> dense.get(i) == i);
      if (first) {
        out.put(row, Integer.toString(dense.size()));
      } else {
        out.refuse(row, out.config().text(row.canonical()).orElse(""), ": the first have none");
      }
    }
  },

  /** Those of some numbers have, else every n-th. */
  EXPERT_LAYERS {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      long step = in.document().count(row.own().get(1), 1).orElse(1);
      Optional<List<Long>> listed =
          in.document()
              .value(row.own().get(0))
              .filter(Arr.class::isInstance)
              .map(list -> ((Arr) list).longs().orElse(List.of()));
      set(
          row,
          in,
          layer ->
              listed
                  .map(numbers -> numbers.contains((long) layer))
                  .orElse((layer + 1) % step == 0));
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      var dense = dense(row, out);
      var numbers =
          IntStream.range(0, layers(out.config().count("num_layers", 1)))
              .filter(layer -> !dense.contains(layer))
              .<JsonValue>mapToObj(Num::of)
              .toList();
      out.put(row.own().get(0), new Arr(numbers));
    }
  },

  /** Every n-th has, but for those of some numbers. */
  SPARSE_STEP {
    @Override
    public void read(ConfigKey row, Optional<String> said, Reading in) {
      long step = in.document().count(row.own().get(0), 0).orElse(1);
      List<Long> dense =
          in.document().value(row.own().get(1)).orElse(null) instanceof Arr list
              ? list.longs().orElse(List.of())
              : List.of();
      set(row, in, layer -> step > 0 && (layer + 1) % step == 0 && !dense.contains((long) layer));
    }

    @Override
    public void write(ConfigKey row, Optional<String> value, Writing out) {
      out.put(row, "1");
      var numbers = dense(row, out).stream().<JsonValue>map(Num::of).toList();
      out.put(row.own().get(1), new Arr(numbers));
    }
  };

  private static final int MOST = 100_000;

  private static int layers(OptionalLong stated) {
    return (int) Math.min(MOST, stated.orElse(0));
  }

  private static void set(ConfigKey row, Reading in, IntPredicate has) {
    int layers = layers(in.count("num_layers", 1));
    boolean all = IntStream.range(0, layers).allMatch(has);
    in.set(row.canonical(), all ? "null" : listed(in, has));
  }

  private static String listed(Reading in, IntPredicate has) {
    return IntStream.range(0, layers(in.count("num_layers", 1)))
        .mapToObj(layer -> has.test(layer) ? "1" : "0")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /** The numbers of the layers without. */
  private static List<Integer> dense(ConfigKey row, Writing out) {
    var with = LayerSet.where(row.canonical(), 0, "1", "null");
    return IntStream.range(0, layers(out.config().count("num_layers", 1)))
        .filter(layer -> !with.holds(out.config(), layer))
        .boxed()
        .toList();
  }
}

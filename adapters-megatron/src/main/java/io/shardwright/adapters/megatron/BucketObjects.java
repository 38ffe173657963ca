package io.shardwright.adapters.megatron;

import io.shardwright.spi.Grid;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;

/**
 * The objects beside flat buffers: the sizes of every rank's buckets, without their ends and with
 * them, and what its optimizer has besides tensors.
 */
final class BucketObjects {
  private static final String ONE = "/shard_0_1";

  /** A buffer's buckets. */
  private record Sizes(String parameters, String gradients, SortedMap<Integer, Long> buckets) {
    JsonValue values(UnaryOperator<Long> each) {
      var types = new Arr(List.of(type(parameters), type(gradients)));
      var all = buckets.values().stream().map(each).toList();
      var pair = new Arr(List.of(PythonValues.tuple(types), Arr.of(all)));
      return PythonValues.dict(List.of(pair));
    }

    private static JsonValue type(String name) {
      return Obj.empty().put("_target_", new Str("torch." + name)).put("_call_", new Bool(false));
    }
  }

  /**
   * How many ranks hold a rank's parameters.
   *
   * @param dense of all parameters but the experts that ranks share out
   * @param experts of those
   */
  record Ranks(long dense, long experts) {
    static Ranks of(long dense, Grid grid) {
      long all = Math.multiplyExact(dense, grid.tensor());
      return new Ranks(dense, Math.max(1, all / grid.expertTensor() / grid.expert()));
    }
  }

  private final Map<String, SortedMap<Integer, Sizes>> groups = new TreeMap<>();

  /** Those of flat tensors, whose elements are given by key. */
  BucketObjects(Map<String, Long> flat) {
    flat.forEach(this::add);
  }

  private void add(String key, long elements) {
    Matcher bucket = FlatArrays.BUCKET.matcher(key);
    if (bucket.matches()) {
      groups
          .computeIfAbsent(bucket.group(1), group -> new TreeMap<>())
          .computeIfAbsent(
              Integer.parseInt(bucket.group(2)),
              buffer -> new Sizes(bucket.group(3), bucket.group(4), new TreeMap<>()))
          .buckets()
          .put(Integer.parseInt(bucket.group(5)), elements);
    }
  }

  /** Whether there are several optimizers. */
  boolean chained() {
    return groups.keySet().stream().anyMatch(group -> group.startsWith("chained_"));
  }

  /**
   * The objects.
   *
   * @param ranks of data parallelism, among which a rank's experts are others
   * @param dense what the optimizer has besides tensors, by key
   * @param experts the same of the experts' optimizer
   */
  Map<String, JsonValue> of(Ranks ranks, Obj dense, Obj experts) {
    var objects = new LinkedHashMap<String, JsonValue>();
    groups.forEach(
        (group, buffers) -> {
          boolean shared = group.startsWith("chained_1.");
          long each = shared ? ranks.experts() : ranks.dense();
          put(objects, group + ".per_bucket_numel", buffers, n -> BufferLayout.withEnd(n, each));
          put(objects, group + ".per_bucket_numel_unpadded", buffers, n -> n);
          Obj own = shared ? experts : dense;
          own.fields()
              .forEach(
                  (key, value) -> objects.put(group + "." + key + ONE, new Arr(List.of(value))));
        });
    return objects;
  }

  private static void put(
      Map<String, JsonValue> objects,
      String key,
      SortedMap<Integer, Sizes> buffers,
      UnaryOperator<Long> each) {
    var all = new ArrayList<JsonValue>();
    buffers.values().forEach(sizes -> all.add(sizes.values(each)));
    objects.put(key + ONE, new Arr(List.of(new Arr(all))));
  }
}

package io.shardwright.adapters.megatron;

import io.shardwright.adapters.megatron.FlatBuffers.Buffer;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.FlatState;
import io.shardwright.spi.format.TrainingState;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The flat buffers in a distributed checkpoint (Megatron-LM core_v0.19.0, {@code
 * megatron/core/optimizer/distrib_optimizer.py}).
 *
 * <p>Grammar of its keys:
 *
 * <pre>
 * bucket = group ".gbuf_idx_" b ".dtype_(torch." parameter ", torch." gradient ")"
 *          ".bucket_idx_" k "." ("param" | "exp_avg" | "exp_avg_sq")   dp_reshardable, and up to
 *          Megatron-Core 0.14 fully_sharded_bucket_space, which stores the ends of buckets too
 * sizes  = group ".per_bucket_numel_unpadded/shard_0_1"   an object: for each buffer a dict with
 *          the elements of each bucket without its end
 * whole  = group ".param_state/shard_0_1"   dp_zero_gather_scatter: an object as in
 *          distrib_optim.pt
 * group  = ["chained_" c "."] "optimizer.distributed.dp_group_idx_" g
 * </pre>
 *
 * Of several optimizers c is 0 for all parameters but the experts, whose ranks are counted by
 * themselves. g counts the ranks that hold different parameters: tensor-parallel ranks first, of
 * experts their expert-parallel ranks then, then stages.
 */
final class FlatArrays {
  private static final String BUCKETS = BucketLayout.KIND;
  private static final String ZERO = "dp_zero_gather_scatter";
  private static final String GROUP =
      "((?:chained_[0-9]{1,3}\\.)?optimizer\\.distributed\\.dp_group_idx_[0-9]{1,9})\\.";

  static final Pattern BUCKET =
      Pattern.compile(
          GROUP
              + "gbuf_idx_([0-9]{1,6})\\.dtype_\\(torch\\.(\\w+), torch\\.(\\w+)\\)"
              + "\\.bucket_idx_([0-9]{1,6})\\.(\\w+)");

  private static final Pattern WHOLE = Pattern.compile(GROUP + "param_state/shard_0_1");
  private static final String SIZES = ".per_bucket_numel_unpadded/shard_0_1";
  private static final Pattern OPTIMIZER_OF =
      Pattern.compile(
          "(?:chained_[0-9]{1,3}\\.)?optimizer\\.distributed\\.dp_group_idx_0\\.optimizer/shard_0_1");

  private final String where;
  private final DistributedSet set;
  private final Map<String, List<Buffer>> groups = new LinkedHashMap<>();

  /**
   * What a checkpoint has in flat buffers.
   *
   * @param where the checkpoint, for messages
   */
  FlatArrays(String where, DistributedSet set) {
    this.where = where;
    this.set = set;
  }

  /** The tensors; empty where there are none in flat buffers. */
  Optional<FlatState> state() {
    var names = new LinkedHashSet<String>();
    boolean buckets = names.addAll(groups(BUCKET, set.tensors().keySet()));
    boolean whole = names.addAll(groups(WHOLE, set.objects()));
    String kind = buckets ? BUCKETS : ZERO;
    return buckets || whole
        ? Optional.of(
            new FlatBuffers(
                kind, where, new FlatBuffers.Reading(this::read), new FlatGroups(names)))
        : Optional.empty();
  }

  private static Set<String> groups(Pattern pattern, Set<String> keys) {
    return keys.stream()
        .map(pattern::matcher)
        .filter(Matcher::matches)
        .map(key -> key.group(1))
        .collect(Collectors.toSet());
  }

  /** Of each optimizer what is no tensor, as its first rank has it. */
  List<JsonValue> optimizers() {
    return set.objects().stream()
        .filter(key -> OPTIMIZER_OF.matcher(key).matches())
        .sorted()
        .<JsonValue>map(
            key -> {
              Obj whole = Obj.empty();
              one(set.object(key)).ifPresent(own -> whole.put(CommonTraining.OPTIMIZER, own));
              String scaler = key.replace(".optimizer/", "." + TrainingState.SCALER + "/");
              Optional.of(scaler)
                  .filter(set.objects()::contains)
                  .flatMap(held -> one(set.object(held)))
                  .ifPresent(own -> whole.put(TrainingState.SCALER, own));
              return whole;
            })
        .toList();
  }

  /** An object is stored in a list. */
  private static Optional<JsonValue> one(JsonValue object) {
    return list(object).filter(held -> held.size() == 1).map(held -> held.get(0));
  }

  private Map<String, List<Buffer>> read() {
    Map<String, SortedMap<Integer, SortedMap<Integer, Map<String, String>>>> keys = new TreeMap<>();
    for (String key : set.tensors().keySet()) {
      Matcher bucket = BUCKET.matcher(key);
      if (bucket.matches()) {
        keys.computeIfAbsent(bucket.group(1), group -> new TreeMap<>())
            .computeIfAbsent(Integer.parseInt(bucket.group(2)), buffer -> new TreeMap<>())
            .computeIfAbsent(Integer.parseInt(bucket.group(5)), k -> new TreeMap<>())
            .put(bucket.group(6), key);
      }
    }
    keys.forEach((group, buffers) -> groups.put(group, buffers(group, buffers)));
    set.objects().forEach(this::whole);
    return groups;
  }

  private List<Buffer> buffers(
      String group, SortedMap<Integer, SortedMap<Integer, Map<String, String>>> stored) {
    var stated = sizes(group);
    var buffers = new ArrayList<Buffer>();
    stored.forEach(
        (number, buckets) -> buffers.add(buffer(group, number, buckets, stated.get(number))));
    if (stored.lastKey() != stored.size() - 1 || stated.size() != stored.size()) {
      throw refused("'" + group + "' lacks a buffer");
    }
    return buffers;
  }

  private Buffer buffer(
      String group, int number, SortedMap<Integer, Map<String, String>> buckets, List<Long> sizes) {
    String name = group + ".gbuf_idx_" + number;
    if (buckets.lastKey() != buckets.size() - 1
        || sizes == null
        || sizes.size() != buckets.size()) {
      throw refused("'" + name + "' has not as many buckets as '" + group + SIZES + "' says");
    }
    var tensors = new LinkedHashMap<String, List<ContainedTensor>>();
    for (Map<String, String> bucket : buckets.values()) {
      bucket.forEach(
          (state, key) -> {
            var tensor = set.tensors().get(key);
            requireSize(
                key, tensor, sizes.get(tensors.getOrDefault(state(state), List.of()).size()));
            tensors.computeIfAbsent(state(state), s -> new ArrayList<>()).add(tensor);
          });
    }
    if (tensors.values().stream().anyMatch(all -> all.size() != buckets.size())) {
      throw refused("'" + name + "' does not have the same states in every bucket");
    }
    long all = sizes.stream().mapToLong(Long::longValue).sum();
    return new Buffer(name, type(buckets), sizes, all, tensors);
  }

  /** The master weight's state has the name that it has in every other form. */
  static String state(String stored) {
    return stored.equals("param") ? CommonTraining.MASTER : stored;
  }

  private DType type(SortedMap<Integer, Map<String, String>> buckets) {
    String key = buckets.get(0).values().iterator().next();
    Matcher bucket = BUCKET.matcher(key);
    return type(bucket.matches() ? bucket.group(3) : "")
        .orElseThrow(() -> refused("'" + key + "'"));
  }

  static Optional<DType> type(String torch) {
    return Arrays.stream(DType.values()).filter(type -> type.torchName().equals(torch)).findFirst();
  }

  private void requireSize(String key, ContainedTensor tensor, long stated) {
    var shape = tensor.spec().shape();
    if (tensor.spec().dtype() != DType.FLOAT32 || shape.rank() != 1 || shape.dim(0) < stated) {
      throw refused(
          "'"
              + key
              + "' is "
              + tensor.spec().dtype().torchName()
              + " "
              + shape
              + ", expected float32 ["
              + stated
              + "] by its sizes");
    }
  }

  /** The elements of each bucket, buffer by buffer. */
  private List<List<Long>> sizes(String group) {
    if (!set.objects().contains(group + SIZES)) {
      throw refused("it lacks '" + group + SIZES + "'");
    }
    return one(set.object(group + SIZES))
        .flatMap(FlatArrays::list)
        .flatMap(FlatArrays::perBuffer)
        .orElseThrow(() -> refused("'" + group + SIZES + "' is not a list of numbers"));
  }

  private static Optional<List<JsonValue>> list(JsonValue value) {
    return value instanceof Arr list ? Optional.of(list.items()) : Optional.empty();
  }

  /** A dict has one type for a key, and its buckets' elements. */
  private static Optional<List<List<Long>>> perBuffer(List<JsonValue> buffers) {
    var all = new ArrayList<List<Long>>();
    for (JsonValue buffer : buffers) {
      if (!(buffer instanceof Obj types)
          || types.fields().size() != 1
          || !(types.fields().values().iterator().next() instanceof Arr sizes)) {
        return Optional.empty();
      }
      var longs = sizes.longs();
      if (longs.isEmpty()) {
        return Optional.empty();
      }
      all.add(longs.get());
    }
    return Optional.of(all);
  }

  private void whole(String key) {
    Matcher whole = WHOLE.matcher(key);
    if (whole.matches()) {
      var one = new CoalescedBuffers(ZERO, where + "!" + key);
      groups.put(whole.group(1), one.of(set.object(key), set.tensors(key)).get(0));
    }
  }

  private RuntimeException refused(String why) {
    return FlatBuffers.refused(BUCKETS, where, why);
  }
}

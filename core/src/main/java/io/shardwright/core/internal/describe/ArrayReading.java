package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.Replica.Kind;
import io.shardwright.core.internal.describe.RuleMatcher.Match;
import io.shardwright.core.internal.describe.SourceFiles.ArrayObject;
import io.shardwright.core.internal.describe.StoredArray.Chunk;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the arrays of a distributed checkpoint: the leading axes count layers and experts, the
 * others are those of the tensor at TP 1, in chunks of any size (Megatron-LM core_v0.5.0, {@code
 * megatron/core/transformer/transformer_block.py}).
 */
final class ArrayReading {
  private final Describer describer;
  private final Map<String, String> modules = new HashMap<>();

  ArrayReading(Describer describer) {
    this.describer = describer;
  }

  List<ModuleState> read(Assembly assembly) {
    var arrays = StoredArray.joined(describer.files.arrays());
    var rules = arrays.stream().map(array -> match(array.spec().name())).toList();
    for (int i = 0; i < rules.size(); i++) {
      read(arrays.get(i), rules.get(i), assembly);
    }
    return describer.files.arrayObjects().stream().map(this::state).toList();
  }

  /** The rule of an array, and its layer and expert where it is one's own. */
  private Match match(String key) {
    String plain = describer.withoutPrefix(key);
    return describer
        .second(key)
        .map(rule -> new Match(rule, List.of()))
        .or(() -> find(plain))
        .or(() -> find(DistributedKey.apart(plain)))
        .or(() -> find(DistributedKey.fused(plain)))
        .orElseGet(() -> new Match(describer.unmatched(key, key).rule(), List.of()));
  }

  private Optional<Match> find(String plain) {
    return describer
        .rules
        .matchKey(plain)
        .map(rule -> new Match(rule, List.of()))
        .or(() -> describer.rules.matchLayerKey(plain))
        .or(() -> describer.rules.match(DistributedKey.ofOneExpert(plain)));
  }

  private void read(StoredArray array, Match match, Assembly assembly) {
    ParameterRule rule = match.rule();
    String key = array.spec().name();
    String prefix = describer.prefix(key);
    boolean second = describer.second(key).isPresent() && describer.pairs();
    int stacked = ExpertBlocks.stars(DistributedKey.pattern(rule)) - match.indexes().size();
    var dims = array.spec().shape().dims();
    if (dims.size() < stacked) {
      throw malformed(key, "has shape " + array.spec().shape() + ", expected an axis for layers");
    }
    Shape own = new Shape(dims.subList(stacked, dims.size()));
    var held = held(array, stacked);
    for (List<Integer> indexes : indexes(new Shape(dims.subList(0, stacked)), key)) {
      var all = new ArrayList<>(match.indexes());
      all.addAll(indexes);
      var chunks = held.getOrDefault(indexes, List.of());
      MatchedTensor matched = matched(array, chunks, prefix, new Match(rule, all), stacked, own);
      assembly.add(matched.orCopy(second), describer.source);
    }
  }

  private List<List<Integer>> indexes(Shape stacked, String key) {
    if (stacked.elements() > 10_000_000) {
      throw malformed(key, "counts " + stacked.elements() + " layers and experts");
    }
    return indexes(Region.whole(stacked));
  }

  /** The chunks of an array by each layer and expert of which they have something. */
  private static Map<List<Integer>, List<Chunk>> held(StoredArray array, int stacked) {
    var held = new HashMap<List<Integer>, List<Chunk>>();
    for (Chunk chunk : array.chunks()) {
      var offset = chunk.region().offset().subList(0, stacked);
      var extents = new Shape(chunk.region().shape().dims().subList(0, stacked));
      for (List<Integer> index : indexes(new Region(offset, extents))) {
        held.computeIfAbsent(index, i -> new ArrayList<>()).add(chunk);
      }
    }
    return held;
  }

  private static List<List<Integer>> indexes(Region stacked) {
    List<List<Integer>> all = List.of(List.of());
    for (int axis = 0; axis < stacked.shape().rank(); axis++) {
      var longer = new ArrayList<List<Integer>>();
      for (List<Integer> before : all) {
        for (int i = stacked.offset().get(axis).intValue(); i < stacked.end(axis); i++) {
          var next = new ArrayList<>(before);
          next.add(i);
          longer.add(next);
        }
      }
      all = longer;
    }
    return all;
  }

  private MatchedTensor matched(
      StoredArray array, List<Chunk> chunks, String prefix, Match match, int stacked, Shape own) {
    int numbers = match.indexes().size();
    var axes = match.indexes().subList(numbers - stacked, numbers);
    int cuts = describer.grid.over(match.rule());
    boolean nemo = !describer.files.bare();
    boolean byRank = nemo && match.rule().traits().rankOrdered() && cuts > 1;
    int ranks = byRank ? cuts : 1;
    String key = array.spec().name();
    Shape shard = own;
    if (byRank) {
      int axis = match.rule().partitionDim();
      shard = own.with(axis, own.dim(axis) / ranks);
    }
    var form = describer.form(match, key, shard, ranks, describer.source).form();
    var parts = new ArrayList<SourcePart>();
    for (Chunk chunk : chunks) {
      parts(chunk, axes, box(chunk, stacked), form, ranks, parts);
    }
    String whole = prefix + LogicalTensor.name(match.rule().pattern(), match.indexes());
    var spec = new TensorSpec(whole, array.spec().dtype(), own);
    return new MatchedTensor(spec, prefix, match, form, parts, List.of(), Kind.RANK);
  }

  /** What a chunk has of one layer, in the tensor's own axes. */
  private static Region box(Chunk chunk, int stacked) {
    var dims = chunk.region().shape().dims();
    return new Region(
        chunk.region().offset().subList(stacked, dims.size()),
        new Shape(dims.subList(stacked, dims.size())));
  }

  private static void parts(
      Chunk chunk,
      List<Integer> indexes,
      Region box,
      StoredForm form,
      int ranks,
      List<SourcePart> parts) {
    var strides = chunk.tensor().strides();
    long start = chunk.tensor().start();
    for (int axis = 0; axis < indexes.size(); axis++) {
      start += (indexes.get(axis) - chunk.region().offset().get(axis)) * strides.get(axis);
    }
    var own = strides.subList(indexes.size(), strides.size());
    for (int rank = 0; rank < ranks; rank++) {
      var held = new RankBlock(form.shard(ranks), ranks == 1 ? 0 : form.cutAxis(), rank);
      long begin = start;
      held.intersection(box)
          .ifPresent(
              part ->
                  form.views(part.rank(), ranks, part.inShard(), begin + part.skip(own), own)
                      .forEach(
                          view -> parts.add(new SourcePart(chunk.member(), chunk.tensor(), view))));
    }
  }

  private ModuleState state(ArrayObject object) {
    String prefix = describer.prefix(object.key());
    String plain = describer.withoutPrefix(object.key());
    String module = module(plain);
    String pattern = modules.computeIfAbsent(module, this::pattern);
    boolean layered = pattern.contains("*");
    String name = LogicalTensor.name(pattern, layered ? object.indexes() : List.of());
    String whole = prefix + name + plain.substring(module.length());
    return new ModuleState(whole, new RankCoordinate(0, 0), object.content());
  }

  private String pattern(String module) {
    return describer.table.rules().stream()
        .map(rule -> module(rule.pattern()))
        .filter(candidate -> DistributedKey.of(candidate).equals(module))
        .findFirst()
        .orElseGet(() -> layered(module));
  }

  /** Of a module without rows; a layer's own keeps its number. */
  private static String layered(String module) {
    return StageLayers.layer(module).isPresent()
        ? module
        : module.replaceFirst("\\.layers\\.", ".layers.*.");
  }

  private static String module(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }

  private MalformedCheckpointException malformed(String key, String how) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED, describer.source, "'" + key + "' " + how);
  }

  /**
   * One rank's shard where an array holds shards one after another.
   *
   * @param shard its shape
   * @param axis along which they follow
   */
  private record RankBlock(Shape shard, int axis, int rank) {
    /**
     * What a box of the array has of the shard.
     *
     * @param inShard in the shard's indexes
     * @param before indexes along the axis by which it lies behind the box's start
     */
    record Held(int rank, Region inShard, int axis, long before) {
      long skip(List<Long> strides) {
        return before == 0 ? 0 : before * strides.get(axis);
      }
    }

    Optional<Held> intersection(Region box) {
      if (shard.rank() == 0) {
        return Optional.of(new Held(rank, box, 0, 0));
      }
      long first = rank * shard.dim(axis);
      long from = Math.max(first, box.offset().get(axis));
      long to = Math.min(first + shard.dim(axis), box.end(axis));
      if (from >= to && shard.dim(axis) > 0) {
        return Optional.empty();
      }
      var offset = new ArrayList<>(box.offset());
      offset.set(axis, from - first);
      var part = new Region(offset, box.shape().with(axis, to - from));
      return Optional.of(new Held(rank, part, axis, from - box.offset().get(axis)));
    }
  }
}

package io.shardwright.adapters.megatron;

import io.shardwright.adapters.megatron.BufferLayout.Item;
import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.format.FlatState;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The flat buffers of Megatron-Core's DistributedOptimizer. A rank has a buffer for each chunk of
 * its pipeline and, in a chunk, for each type of parameter in the order in which the types come;
 * experts that ranks share out have an optimizer of their own (Megatron-LM core_v0.19.0, {@code
 * megatron/core/distributed/param_and_grad_buffer.py}, {@code group_params_for_buffers}; {@code
 * megatron/core/optimizer/__init__.py}).
 *
 * @param kind what Megatron calls the form
 * @param where the checkpoint, for messages
 * @param reading gives buffers by what {@code keys} gives; it is asked when the state is wanted, so
 *     that one which can't be read doesn't hide the weights
 */
record FlatBuffers(String kind, String where, Reading reading, Keys keys) implements FlatState {
  static final String SPECIFICATION = "transformer_impl";
  static final String ENGINE = "transformer_engine";
  static final String LOCAL = "local";
  static final String GROUPED = "moe_grouped_gemm";

  /** Reads the buffers, once. */
  static final class Reading {
    private final Supplier<Map<String, List<Buffer>>> how;
    private Map<String, List<Buffer>> held;

    Reading(Supplier<Map<String, List<Buffer>>> how) {
      this.how = how;
    }

    private synchronized Map<String, List<Buffer>> held() {
      held = held == null ? how.get() : held;
      return held;
    }
  }

  /** What the buffers of a rank are found by. */
  interface Keys {
    String of(RankCoordinate rank, Grid grid, boolean experts);

    /** How many ranks there are; empty where none are counted. */
    OptionalLong ranks(boolean experts);
  }

  /**
   * A buffer.
   *
   * @param name for messages
   * @param dtype of its parameters
   * @param buckets elements of each without its end; empty where nothing says them
   * @param elements of all buckets
   * @param tensors by the state's kind: one for each bucket, or one of all
   */
  record Buffer(
      String name,
      DType dtype,
      List<Long> buckets,
      long elements,
      Map<String, List<ContainedTensor>> tensors) {}

  /** A parameter with its place among all. */
  record Numbered(int number, Parameter parameter) {}

  /** The words of a plan's error. */
  private UnsupportedCheckpointException refused(String why) {
    return refused(kind, where, why);
  }

  static UnsupportedCheckpointException refused(String kind, String where, String why) {
    return new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        where,
        "holds an optimizer's state of kind "
            + kind
            + ", which can't be read: "
            + why
            + "; leave it out with "
            + Setting.NO_OPTIMIZER.inText());
  }

  /** The first chunks of the first stage alone are cut. */
  @Override
  public Map<String, String> settings(
      Grid grid, Map<RankCoordinate, List<List<Parameter>>> registered) {
    var size = BucketSize.ANY;
    for (var rank : registered.entrySet()) {
      var group = reading.held().getOrDefault(keys.of(rank.getKey(), grid, false), List.of());
      var groups = groups(rank.getValue());
      boolean whole = rank.getKey().pipeline() == 0 && groups.size() == group.size();
      for (int at = 0; whole && at < group.size(); at++) {
        size = and(size, groups.get(at), group.get(at));
      }
    }
    OptionalLong found = size.likeliest();
    boolean stated =
        reading.held().values().stream()
            .flatMap(List::stream)
            .noneMatch(buffer -> buffer.buckets().isEmpty());
    return found.isPresent()
        ? Map.of(BucketSize.OVERLAP, "true", BucketSize.SIZE, Long.toString(found.getAsLong()))
        : stated ? Map.of(BucketSize.OVERLAP, "false") : Map.of();
  }

  private static BucketSize and(BucketSize size, List<Numbered> group, Buffer buffer) {
    var layout = new BufferLayout(items(group), BufferLayout.ALIGNED);
    return layout.of(buffer.buckets()).map(laid -> size.and(layout, laid)).orElse(size);
  }

  static List<Item> items(List<Numbered> group) {
    return group.stream()
        .map(p -> new Item(p.parameter().elements(), p.parameter().shared()))
        .toList();
  }

  @Override
  public OptionalLong ranks(boolean experts) {
    return keys.ranks(experts);
  }

  /**
   * Transformer Engine's order first. Norms stand elsewhere in Megatron-Core's own layers, and
   * experts are separate modules there, whatever the training says (core_v0.19.2, {@code
   * megatron/core/models/backends.py}).
   */
  @Override
  public List<Map<String, String>> orders() {
    return List.of(
        Map.of(SPECIFICATION, ENGINE, GROUPED, "true"),
        Map.of(SPECIFICATION, ENGINE, GROUPED, "false"),
        Map.of(SPECIFICATION, LOCAL),
        Map.of(SPECIFICATION, LOCAL, GROUPED, "true"));
  }

  @Override
  public List<List<Map<String, Run>>> places(
      RankCoordinate rank, Grid grid, boolean experts, List<List<Parameter>> chunks) {
    var parameters = chunks.stream().flatMap(List::stream).toList();
    String key = keys.of(rank, grid, experts);
    List<Buffer> buffers = reading.held().get(key);
    if (parameters.isEmpty()) {
      return List.of(List.of());
    }
    if (buffers == null) {
      throw refused("it lacks '" + key + "', the state of " + rank);
    }
    var groups = groups(chunks);
    if (buffers.isEmpty()) {
      return List.of(parameters.stream().map(none -> Map.<String, Run>of()).toList());
    }
    requireTypes(key, groups, buffers);
    List<List<Map<String, Run>>> all = List.of(parameters.stream().map(p -> none()).toList());
    for (int at = 0; at < buffers.size(); at++) {
      all = times(all, groups.get(at), placed(groups.get(at), buffers.get(at)));
    }
    return all;
  }

  private static Map<String, Run> none() {
    return Map.of();
  }

  /** The parameters of each buffer. */
  static List<List<Numbered>> groups(List<List<Parameter>> chunks) {
    var groups = new ArrayList<List<Numbered>>();
    int number = 0;
    for (List<Parameter> chunk : chunks) {
      var byType = new LinkedHashMap<DType, List<Numbered>>();
      for (Parameter parameter : chunk) {
        byType
            .computeIfAbsent(parameter.dtype(), type -> new ArrayList<>())
            .add(new Numbered(number++, parameter));
      }
      groups.addAll(byType.values());
    }
    return groups;
  }

  private void requireTypes(String key, List<List<Numbered>> groups, List<Buffer> buffers) {
    var expected = groups.stream().map(group -> group.get(0).parameter().dtype()).toList();
    var found = buffers.stream().map(Buffer::dtype).toList();
    if (!expected.equals(found)) {
      throw refused(
          "'"
              + key
              + "' has buffers of "
              + names(found)
              + ", and the weights are "
              + names(expected));
    }
  }

  private static String names(List<DType> types) {
    return String.join(", ", types.stream().map(DType::torchName).toList());
  }

  /** For each possibility, the runs of a buffer's parameters. */
  private List<List<Map<String, Run>>> placed(List<Numbered> group, Buffer buffer) {
    var parameters = items(group);
    var found =
        Stream.of(BufferLayout.ALIGNED, BufferLayout.TIGHT)
            .map(alignment -> new BufferLayout(parameters, alignment))
            .flatMap(layout -> placed(layout, buffer))
            .distinct()
            .toList();
    if (found.isEmpty()) {
      throw refused(
          "'"
              + buffer.name()
              + "' has "
              + (buffer.buckets().isEmpty() ? buffer.elements() : buffer.buckets())
              + " elements, and "
              + parameters.size()
              + " parameters from '"
              + group.get(0).parameter().name()
              + "' to '"
              + group.get(group.size() - 1).parameter().name()
              + "' make "
              + new BufferLayout(parameters, BufferLayout.ALIGNED)
                  .of(OptionalLong.empty())
                  .elements());
    }
    return found;
  }

  private static Stream<List<Map<String, Run>>> placed(BufferLayout layout, Buffer buffer) {
    return buffer.buckets().isEmpty()
        ? layout.withTotal(buffer.elements()).stream()
            .map(starts -> starts.stream().map(start -> run(buffer, 0, start)).toList())
        : layout.of(buffer.buckets()).stream()
            .map(
                laid ->
                    laid.places().stream()
                        .map(place -> run(buffer, place.bucket(), place.start()))
                        .toList());
  }

  private static Map<String, Run> run(Buffer buffer, int bucket, long start) {
    var runs = new LinkedHashMap<String, Run>();
    buffer
        .tensors()
        .forEach((state, tensors) -> runs.put(state, new Run(tensors.get(bucket), start)));
    return runs;
  }

  /** Every possibility of a buffer with every one of those before. */
  private static List<List<Map<String, Run>>> times(
      List<List<Map<String, Run>>> before,
      List<Numbered> group,
      List<List<Map<String, Run>>> placed) {
    var all = new ArrayList<List<Map<String, Run>>>();
    for (List<Map<String, Run>> one : before) {
      for (List<Map<String, Run>> more : placed) {
        var both = new ArrayList<>(one);
        IntStream.range(0, group.size())
            .forEach(at -> both.set(group.get(at).number(), more.get(at)));
        all.add(both);
      }
    }
    return all;
  }
}

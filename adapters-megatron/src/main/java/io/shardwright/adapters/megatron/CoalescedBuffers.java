package io.shardwright.adapters.megatron;

import io.shardwright.adapters.megatron.FlatBuffers.Buffer;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.format.TensorTree;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Flat buffers whose buckets are one tensor (Megatron-LM core_v0.19.0, {@code
 * megatron/core/optimizer/distrib_optimizer.py}, {@code get_parameter_state_dp_zero}; of 2024 on).
 *
 * <p>Grammar:
 *
 * <pre>
 * file      = optimizer | [optimizer, …]   several: all parameters but the experts, the experts
 * optimizer = {"buckets_coalesced": True, b: {(parameter type, gradient type): states}, …}
 *             None where the state of another rank's file is the rank's too
 * states    = {"param": tensor, "exp_avg": tensor, "exp_avg_sq": tensor, "numel_unpadded": n}
 *             each of n elements of binary32
 * </pre>
 *
 * @param kind what Megatron calls the form
 * @param where the file or object, for messages
 */
record CoalescedBuffers(String kind, String where) {
  private static final Pattern STATE =
      Pattern.compile(
          "(?:([0-9]{1,3})\\.)?([0-9]{1,6})\\.\\(torch\\.(\\w+), torch\\.\\w+\\)\\.(\\w+)");

  /**
   * The buffers of each optimizer.
   *
   * @param root the file's values
   * @param tensors all of them, by their keys joined by dots
   */
  List<List<Buffer>> of(JsonValue root, TensorTree tensors) {
    boolean several =
        root instanceof Arr list && list.items().stream().anyMatch(Obj.class::isInstance);
    var optimizers = root instanceof Arr list ? list.items() : List.of(root);
    boolean alone = !several || optimizers.size() == 1;
    var all = new ArrayList<List<Buffer>>();
    for (int number = 0; number < optimizers.size(); number++) {
      all.add(
          optimizers.get(number) == Null.NULL
              ? List.of()
              : buffers(optimizers.get(number), root instanceof Arr ? number : -1, tensors));
    }
    if (alone && all.isEmpty()) {
      throw refused("it is empty");
    }
    return all;
  }

  private List<Buffer> buffers(JsonValue value, int optimizer, TensorTree tensors) {
    if (!(value instanceof Obj state) || state.get("buckets_coalesced").isEmpty()) {
      throw refused(
          "its buckets are not in one tensor, as Megatron-LM wrote them before 2024: load it in"
              + " Megatron-LM and save it again");
    }
    var buffers = new TreeMap<Integer, Map<String, ContainedTensor>>();
    var types = new TreeMap<Integer, String>();
    tensors
        .tensors()
        .forEach(
            (name, tensor) -> {
              Matcher found = STATE.matcher(name);
              if (found.matches() && isOf(found.group(1), optimizer)) {
                int number = Integer.parseInt(found.group(2));
                types.put(number, found.group(3));
                buffers
                    .computeIfAbsent(number, b -> new LinkedHashMap<>())
                    .put(FlatArrays.state(found.group(4)), tensor);
              }
            });
    var all = new ArrayList<Buffer>();
    buffers.forEach((b, states) -> all.add(buffer(state, b, types.get(b), states)));
    return all;
  }

  private static boolean isOf(String stated, int optimizer) {
    return stated == null ? optimizer < 0 : Integer.parseInt(stated) == optimizer;
  }

  private Buffer buffer(Obj state, int number, String type, Map<String, ContainedTensor> tensors) {
    OptionalLong stated =
        state
            .get(Integer.toString(number))
            .flatMap(CoalescedBuffers::only)
            .flatMap(states -> states.get("numel_unpadded"))
            .map(JsonValue::asLong)
            .orElse(OptionalLong.empty());
    DType dtype = FlatArrays.type(type).orElseThrow(() -> refused("it has type " + type));
    if (stated.isEmpty()) {
      throw refused("buffer " + number + " lacks numel_unpadded");
    }
    var all = new LinkedHashMap<String, List<ContainedTensor>>();
    tensors.forEach(
        (kind, tensor) -> {
          var shape = tensor.spec().shape();
          boolean fits = shape.rank() == 1 && shape.dim(0) == stated.getAsLong();
          if (!fits || tensor.spec().dtype() != DType.FLOAT32) {
            throw refused(
                "'"
                    + tensor.spec().name()
                    + "' is "
                    + tensor.spec().dtype().torchName()
                    + " "
                    + shape
                    + ", expected float32 ["
                    + stated.getAsLong()
                    + "] by numel_unpadded");
          }
          all.put(kind, List.of(tensor));
        });
    return new Buffer(where + " buffer " + number, dtype, List.of(), stated.getAsLong(), all);
  }

  /** A buffer has parameters of one type. */
  private static Optional<Obj> only(JsonValue buffer) {
    return buffer instanceof Obj types
            && types.fields().size() == 1
            && types.fields().values().iterator().next() instanceof Obj states
        ? Optional.of(states)
        : Optional.empty();
  }

  private RuntimeException refused(String why) {
    return FlatBuffers.refused(kind, where, why);
  }
}

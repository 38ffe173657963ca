package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.FlatReading.Placed;
import io.shardwright.core.internal.plan.RankParameters.Held;
import io.shardwright.spi.format.FlatState.Run;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Tells by some values which of several possibilities it is, where sizes can't: Megatron-Core's own
 * layers register norms elsewhere than Transformer Engine's, and what ended a bucket may not be
 * known. All values are compared when they move.
 */
final class MasterProbe {
  private static final int PARAMETERS = 64;
  private static final int SAMPLES = 8;

  private MasterProbe() {}

  /**
   * The only possibility; else the first of which no sample differs, or of all.
   *
   * @param parts where a parameter's elements lie
   */
  static List<Placed> first(
      List<List<Placed>> possible, BiFunction<Held, Run, List<SourcePart>> parts) {
    var moving = new HashMap<String, Set<Map<String, Run>>>();
    possible.forEach(
        one ->
            one.forEach(
                p ->
                    moving
                        .computeIfAbsent(p.held().weight().id(), id -> new HashSet<>())
                        .add(p.runs())));
    return possible.stream()
        .filter(
            one ->
                possible.size() == 1
                    || one.stream()
                        .filter(p -> moving.get(p.held().weight().id()).size() > 1)
                        .filter(p -> p.runs().containsKey(Companions.MASTER))
                        .limit(PARAMETERS)
                        .allMatch(
                            p ->
                                holds(
                                    p.held().weight(),
                                    p.held().weight().spec().dtype(),
                                    parts.apply(p.held(), p.runs().get(Companions.MASTER)))))
        .findFirst()
        .orElse(possible.get(0));
  }

  /** Whether no sample of master weights differs from the weight by more than a type rounds. */
  static boolean holds(LogicalTensor weight, DType type, List<SourcePart> masters) {
    for (SourcePart master : masters) {
      for (List<Long> index : samples(master.view().logical())) {
        var box = new Region(index, new Shape(index.stream().map(i -> 1L).toList()));
        double value = value(master, box).orElseThrow();
        Optional<Double> own =
            weight.parts().stream()
                .map(part -> value(part, box))
                .flatMap(Optional::stream)
                .findFirst();
        if (own.isPresent() && !RoundedWeight.of(value, own.get(), type)) {
          return false;
        }
      }
    }
    return true;
  }

  private static List<List<Long>> samples(Region box) {
    var samples = new ArrayList<List<Long>>();
    for (int number = 0; number < SAMPLES; number++) {
      var index = new ArrayList<Long>();
      for (int axis = 0; axis < box.shape().rank(); axis++) {
        long extent = box.shape().dim(axis);
        index.add(box.offset().get(axis) + (extent - 1) * number / (SAMPLES - 1));
      }
      samples.add(index);
    }
    return samples;
  }

  /** An element, if a part has it. */
  private static Optional<Double> value(SourcePart part, Region box) {
    return part.view().within(box).map(view -> value(part, view));
  }

  private static double value(SourcePart part, View one) {
    DType type = part.dtype();
    var bytes = ByteBuffer.allocate(type.byteSize());
    part.tensor().storage().readFully(bytes, one.start() * type.byteSize());
    bytes.flip().order(part.tensor().bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case FLOAT32 -> bytes.getFloat();
      case FLOAT64 -> bytes.getDouble();
      case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort() << 16);
      case FLOAT16 -> half(bytes.getShort());
      default -> Double.NaN;
    };
  }

  private static double half(short bits) {
    int exponent = bits >> 10 & 31;
    int mantissa = bits & 1023;
    double size =
        exponent == 0 ? Math.scalb(mantissa, -24) : Math.scalb(1024.0 + mantissa, exponent - 25);
    return bits < 0 ? -size : size;
  }
}

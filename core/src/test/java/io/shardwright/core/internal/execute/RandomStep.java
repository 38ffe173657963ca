package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetObject;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Steps as no planner would mix them: boxes of a tensor in storages with axes in any order, of
 * either byte order and of several types, with rows that no source has, to storages with axes in
 * any order, cast and shifted.
 */
public final class RandomStep {
  private static final List<DType> FLOATS =
      List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16);

  private final Random random;
  private final Shape shape;
  private final DType dtype;

  public RandomStep(Random random) {
    this.random = random;
    var dims = new ArrayList<Long>();
    int rank = random.nextInt(5);
    for (int axis = 0; axis < rank; axis++) {
      dims.add(1L + random.nextInt(rank > 2 ? 9 : 60));
    }
    shape = new Shape(dims);
    dtype = DType.values()[random.nextInt(DType.values().length)];
  }

  /** A plan of this step alone. */
  public static ExecutablePlan plan(Copy step) {
    var tensors = new LinkedHashMap<String, TargetTensor>();
    step.to().forEach(to -> tensors.put(to.tensor().spec().name(), to.tensor()));
    var file =
        new TargetFile(
            "member", null, List.copyOf(tensors.keySet()), tensors, Map.of(), Optional.empty());
    var none = List.<TargetObject>of();
    return new ExecutablePlan(
        null, null, List.of(), List.of(file), List.of(), none, List.of(), List.of(step));
  }

  public Copy step() {
    var spec = new TensorSpec("t", dtype, shape);
    List<Region> boxes = cut(Region.whole(shape));
    int zeros = boxes.size() > 1 ? random.nextInt(2) : 0;
    List<SourcePart> from = boxes.stream().skip(zeros).map(this::source).toList();
    var replicas =
        from.stream().limit(random.nextInt(2)).map(p -> new Replica(p, Replica.Kind.RANK)).toList();
    double shift = dtype.isFloating() && random.nextInt(3) == 0 ? 1 : 0;
    return new Copy(spec, from, replicas, boxes.subList(0, zeros), List.of(), shift, targets());
  }

  private List<To> targets() {
    List<Region> boxes = cut(Region.whole(shape));
    return IntStream.range(0, boxes.size())
        .mapToObj(number -> target(number, boxes.get(number)))
        .toList();
  }

  /** One to four slices along one axis. */
  private List<Region> cut(Region box) {
    if (shape.rank() == 0) {
      return List.of(box);
    }
    int axis = random.nextInt(shape.rank());
    var boxes = new ArrayList<Region>();
    for (long at = 0; at < shape.dim(axis); ) {
      long rows = 1 + random.nextInt((int) (shape.dim(axis) - at));
      rows = boxes.size() == 3 ? shape.dim(axis) - at : rows;
      var offset = new ArrayList<>(box.offset());
      offset.set(axis, at);
      boxes.add(new Region(offset, shape.with(axis, rows)));
      at += rows;
    }
    return boxes;
  }

  private SourcePart source(Region box) {
    int start = random.nextInt(3);
    DType stored = dtype.isFloating() && random.nextInt(3) == 0 ? anyFloat() : dtype;
    byte[] bytes = new byte[(int) (start + box.shape().elements()) * stored.byteSize()];
    random.nextBytes(bytes);
    var spec = new TensorSpec("s", stored, box.shape());
    boolean big = random.nextInt(3) == 0;
    List<Long> strides = strides(box.shape());
    var tensor =
        new SourceTensor(
            spec, new MemorySource(bytes, "s"), start, strides, big, OptionalLong.empty());
    return new SourcePart("member", tensor, new View(box, start, strides));
  }

  private DType anyFloat() {
    return FLOATS.get(random.nextInt(FLOATS.size()));
  }

  private To target(int number, Region box) {
    DType to = dtype.isFloating() ? anyFloat() : dtype;
    var tensor = new TargetTensor("member", new TensorSpec("t" + number, to, box.shape()));
    return new To(tensor, new View(box, 0, strides(box.shape())));
  }

  /** Dense, with the axes in any order; row-major half of the time. */
  private List<Long> strides(Shape box) {
    List<Integer> order = IntStream.range(0, box.rank()).boxed().collect(Collectors.toList());
    if (random.nextBoolean()) {
      Collections.shuffle(order, random);
    }
    var strides = new ArrayList<Long>(Collections.nCopies(box.rank(), 0L));
    long stride = 1;
    for (int i = order.size() - 1; i >= 0; i--) {
      strides.set(order.get(i), stride);
      stride *= box.dim(order.get(i));
    }
    return strides;
  }
}

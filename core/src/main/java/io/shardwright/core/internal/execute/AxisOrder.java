package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The order in which a step goes through a tensor's axes. It makes no difference to what is
 * written. Where source and target store a matrix transposed, or its rows alternate with others,
 * blocks in the tensor's own order have runs of few elements in a file, and another order has
 * longer ones.
 *
 * @param axes of the tensor, outermost first
 */
record AxisOrder(List<Integer> axes) {
  /** Elements of a block, about. */
  private static final long BLOCK = 1 << 18;

  /** Runs that are long enough. */
  private static final double LONG = 512;

  /** More axes have too many orders to be tried. */
  private static final int MOST_AXES = 6;

  /** The same step, its axes in the order in which its blocks have the longest runs. */
  static PlanStep best(PlanStep step) {
    if (!(step instanceof Copy copy) || copy.tensor().shape().rank() > MOST_AXES) {
      return step;
    }
    Shape shape = copy.tensor().shape();
    var own = new AxisOrder(IntStream.range(0, shape.rank()).boxed().toList());
    var views = views(copy);
    double cost = own.cost(views, shape);
    if (cost <= 1 / LONG) {
      return step;
    }
    AxisOrder best =
        orders(own.axes())
            .map(AxisOrder::new)
            .min(Comparator.comparingDouble(order -> order.cost(views, shape)))
            .orElse(own);
    return best.cost(views, shape) < cost / 2 ? best.of(copy) : step;
  }

  private static List<View> views(Copy copy) {
    return Stream.of(
            copy.from().stream().map(SourcePart::view),
            copy.compared().stream().map(SourcePart::view),
            copy.to().stream().map(To::view))
        .flatMap(Function.identity())
        .toList();
  }

  private static Stream<List<Integer>> orders(List<Integer> axes) {
    if (axes.isEmpty()) {
      return Stream.of(List.of());
    }
    return axes.stream()
        .flatMap(
            first ->
                orders(axes.stream().filter(axis -> !axis.equals(first)).toList())
                    .map(rest -> Stream.concat(Stream.of(first), rest.stream()).toList()));
  }

  /** Runs for each element, in the view that has most. */
  private double cost(List<View> views, Shape shape) {
    long[] covered = covered(shape);
    return views.stream()
        .filter(view -> view.logical().shape().elements() > 0)
        .mapToDouble(view -> 1.0 / run(view, covered))
        .max()
        .orElse(0);
  }

  /** How much of each axis a block has. */
  private long[] covered(Shape shape) {
    var covered = new long[shape.rank()];
    long left = BLOCK;
    for (int place = axes.size() - 1; place >= 0; place--) {
      int axis = axes.get(place);
      covered[axis] = Math.max(1, Math.min(shape.dim(axis), left));
      left /= covered[axis];
    }
    return covered;
  }

  /** Elements of a view that follow each other in a block and in a file. */
  private static long run(View view, long[] covered) {
    Shape box = view.logical().shape();
    var byStride =
        IntStream.range(0, box.rank())
            .filter(axis -> box.dim(axis) > 1)
            .boxed()
            .sorted(Comparator.comparing(view.strides()::get))
            .toList();
    long run = 1;
    for (int axis : byStride) {
      if (view.strides().get(axis) != run) {
        return run;
      }
      long held = Math.min(covered[axis], box.dim(axis));
      run *= held;
      if (held < box.dim(axis)) {
        return run;
      }
    }
    return run;
  }

  private Copy of(Copy copy) {
    var tensor = copy.tensor();
    return new Copy(
        new TensorSpec(tensor.name(), tensor.dtype(), new Shape(of(tensor.shape().dims()))),
        copy.from().stream().map(this::of).toList(),
        copy.replicas().stream().map(each -> new Replica(of(each.part()), each.kind())).toList(),
        copy.zeros().stream().map(this::of).toList(),
        copy.leftOut(),
        copy.shift(),
        copy.to().stream().map(to -> new To(to.tensor(), of(to.view()))).toList());
  }

  private SourcePart of(SourcePart part) {
    return new SourcePart(part.member(), part.tensor(), of(part.view()));
  }

  private View of(View view) {
    return new View(of(view.logical()), view.start(), of(view.strides()));
  }

  private Region of(Region box) {
    return new Region(of(box.offset()), new Shape(of(box.shape().dims())));
  }

  private List<Long> of(List<Long> perAxis) {
    var ordered = new ArrayList<Long>();
    axes.forEach(axis -> ordered.add(perAxis.get(axis)));
    return ordered;
  }
}

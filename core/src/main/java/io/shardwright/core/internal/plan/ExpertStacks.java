package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Joins the steps of a layer's experts where the target has them in one tensor: as one step writes
 * a target, they become one of a tensor whose axis 0 counts experts.
 */
final class ExpertStacks {
  private final Map<String, List<Copy>> stacks = new LinkedHashMap<>();

  /** Whether a tensor of the target is of several experts. */
  static boolean has(List<Emission> emissions) {
    return emissions.stream().map(Emission::row).anyMatch(ExpertBlocks::stacked);
  }

  /** What the experts' tensors of a layer have in common: their name but for the expert. */
  static String name(LogicalTensor tensor) {
    int last = Math.max(0, tensor.indexes().size() - 1);
    String pattern = tensor.rule().canonical();
    String own = LogicalTensor.name(pattern, tensor.indexes());
    String prefix = tensor.id().substring(0, tensor.id().length() - own.length());
    return prefix + LogicalTensor.name(pattern, tensor.indexes().subList(0, last));
  }

  void add(LogicalTensor expert, Copy copy) {
    stacks.computeIfAbsent(name(expert), name -> new ArrayList<>()).add(copy);
  }

  List<PlanStep> steps() {
    return stacks.entrySet().stream().<PlanStep>map(e -> joined(e.getKey(), e.getValue())).toList();
  }

  private static Copy joined(String name, List<Copy> experts) {
    var from = new ArrayList<SourcePart>();
    var replicas = new ArrayList<Replica>();
    var leftOut = new ArrayList<SourcePart>();
    var to = new ArrayList<To>();
    for (int row = 0; row < experts.size(); row++) {
      Copy own = experts.get(row);
      for (SourcePart part : own.from()) {
        from.add(at(row, part));
      }
      for (Replica replica : own.replicas()) {
        replicas.add(new Replica(at(row, replica.part()), replica.kind()));
      }
      for (To target : own.to()) {
        to.add(new To(target.tensor(), at(row, target.view())));
      }
      leftOut.addAll(own.leftOut());
    }
    Copy first = experts.get(0);
    Shape shape = behind(experts.size(), first.tensor().shape());
    var spec = new TensorSpec(name, type(experts), shape);
    return new Copy(spec, from, replicas, List.of(), leftOut, first.shift(), to);
  }

  /** What is of several types is held in the target's. */
  private static DType type(List<Copy> experts) {
    var types = experts.stream().map(copy -> copy.tensor().dtype()).distinct().toList();
    return types.size() == 1 ? types.get(0) : experts.get(0).to().get(0).tensor().spec().dtype();
  }

  private static SourcePart at(int row, SourcePart part) {
    return new SourcePart(part.member(), part.tensor(), at(row, part.view()));
  }

  private static View at(int row, View view) {
    var offset =
        LongStream.concat(
            LongStream.of(row), view.logical().offset().stream().mapToLong(Long::longValue));
    var box = new Region(offset.boxed().toList(), behind(1, view.logical().shape()));
    return new View(box, view.start(), behind(0, view.strides()));
  }

  private static Shape behind(long first, Shape shape) {
    return new Shape(behind(first, shape.dims()));
  }

  private static List<Long> behind(long first, List<Long> others) {
    return Stream.concat(Stream.of(first), others.stream()).toList();
  }
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LowRankChange;
import io.shardwright.core.internal.describe.LowRankProduct;
import io.shardwright.core.internal.describe.LowRankProduct.Factor;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Proves a plan: every logical element is read from exactly one place, every target element is
 * written exactly once, every source tensor is used. A breach is an internal error, not an error of
 * the input.
 */
final class PlanProof {
  private PlanProof() {}

  static void check(ExecutablePlan plan, LowRankChange change) {
    Set<Object> read = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<TargetTensor> written = Collections.newSetFromMap(new IdentityHashMap<>());
    for (PlanStep step : plan.steps()) {
      step.copied().ifPresent(copy -> sources(copy, read));
      targets(step, written);
    }
    plan.leftOut().stream()
        .flatMap(
            tensor ->
                Stream.concat(
                    tensor.parts().stream(), tensor.replicas().stream().map(Replica::part)))
        .map(SourcePart::tensor)
        .forEach(read::add);
    plan.source().states().stream()
        .flatMap(state -> state.content() instanceof Stored s ? Stream.of(s.tensor()) : null)
        .forEach(read::add);
    plan.source()
        .files()
        .tensors()
        .forEach(
            tensor -> require(read.contains(tensor), () -> tensor.spec().name() + " is not used"));
    plan.merges().forEach(merge -> products(merge, read));
    change
        .tensors()
        .forEach(
            tensor -> require(read.contains(tensor), () -> tensor.spec().name() + " is not used"));
    plan.targets()
        .forEach(tensor -> require(written.contains(tensor), () -> tensor + " is not written"));
    plan.arrays().forEach(PlanProof::chunks);
  }

  /** Chunks cover an array exactly once if none leaves it and their sizes add up. */
  private static void chunks(TargetArray array) {
    Shape whole = array.spec().shape();
    for (List<Long> index : array.chunks().keySet()) {
      for (int axis = 0; axis < index.size(); axis++) {
        long end = (index.get(axis) + 1) * array.chunk().dim(axis);
        require(end <= whole.dim(axis), () -> "chunk " + index + " is outside " + array.spec());
      }
    }
    long elements =
        array.chunks().values().stream()
            .mapToLong(chunk -> chunk.spec().shape().elements())
            .reduce(0, Math::addExact);
    require(elements == whole.elements(), () -> "chunks do not add up to " + array.spec());
  }

  private static void sources(Copy copy, Set<Object> read) {
    var boxes = new ArrayList<>(copy.zeros());
    copy.from().forEach(from -> boxes.add(from.view().logical()));
    covers(copy.tensor(), boxes);
    Stream.of(copy.from(), copy.compared(), copy.leftOut())
        .flatMap(List::stream)
        .map(SourcePart::tensor)
        .forEach(read::add);
  }

  /** Factors are whole and fit the weight, and no two products change the same row. */
  private static void products(LowRankMerge merge, Set<Object> read) {
    var changed = new ArrayList<Region>();
    for (LowRankProduct product : merge.products()) {
      factor(product.a(), read);
      factor(product.b(), read);
      Shape rows = product.rows().shape();
      Shape whole = merge.tensor().shape();
      long columns = product.a().spec().shape().elementsFrom(1);
      require(columns == whole.elementsFrom(rows.rank()), () -> product + " has other columns");
      require(product.b().spec().shape().elements() == rows.elements() * product.rank(), () -> "B");
      for (int axis = 0; axis < rows.rank(); axis++) {
        require(product.rows().end(axis) <= whole.dim(axis), () -> product + " leaves " + whole);
      }
      require(
          changed.stream().noneMatch(product.rows()::overlaps), () -> product + " meets another");
      changed.add(product.rows());
    }
  }

  private static void factor(Factor factor, Set<Object> read) {
    var boxes = factor.parts().stream().map(part -> part.view().logical()).toList();
    covers(factor.spec(), boxes);
    factor.parts().forEach(part -> read.add(part.tensor()));
  }

  private static void targets(PlanStep step, Set<TargetTensor> written) {
    Map<TargetTensor, List<View>> views = new LinkedHashMap<>();
    for (To to : step.to()) {
      views.computeIfAbsent(to.tensor(), t -> new ArrayList<>()).add(to.view());
    }
    views.forEach(
        (tensor, parts) -> {
          require(written.add(tensor), () -> tensor + " is written by two steps");
          covered(tensor, parts);
        });
  }

  /**
   * Views cover a tensor exactly once if each puts its elements on different places, no two meet,
   * none leaves the tensor and their sizes add up.
   */
  private static void covered(TargetTensor tensor, List<View> views) {
    long elements = 0;
    for (int i = 0; i < views.size(); i++) {
      View view = views.get(i);
      require(view.injective(), () -> view + " writes a place of " + tensor + " twice");
      require(view.last() < tensor.spec().shape().elements(), () -> view + " leaves " + tensor);
      for (View other : views.subList(0, i)) {
        require(view.apart(other), () -> view + " meets " + other + " in " + tensor);
      }
      elements = Math.addExact(elements, view.logical().shape().elements());
    }
    require(elements == tensor.spec().shape().elements(), () -> "views do not add up to " + tensor);
  }

  /** Boxes inside a shape cover it exactly once if no two overlap and their sizes add up. */
  private static void covers(TensorSpec tensor, List<Region> boxes) {
    Shape shape = tensor.shape();
    long elements = 0;
    for (int i = 0; i < boxes.size(); i++) {
      Region box = boxes.get(i);
      for (int axis = 0; axis < shape.rank(); axis++) {
        require(box.end(axis) <= shape.dim(axis), () -> box + " is outside " + tensor);
      }
      for (Region other : boxes.subList(0, i)) {
        require(!box.overlaps(other), () -> box + " overlaps " + other + " in " + tensor);
      }
      elements = Math.addExact(elements, box.shape().elements());
    }
    require(elements == shape.elements(), () -> "boxes do not add up to " + tensor);
  }

  private static void require(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw new IllegalStateException("plan is wrong: " + otherwise.get());
    }
  }
}

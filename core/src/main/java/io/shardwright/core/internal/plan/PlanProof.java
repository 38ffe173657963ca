package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.From;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Proves a plan: every logical element is read from exactly one place, every target element is
 * written exactly once, every source tensor is used. A breach is a bug of ours, not of the input.
 */
final class PlanProof {
  private PlanProof() {}

  static void check(ExecutablePlan plan) {
    Set<Object> read = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<TargetTensor> written = Collections.newSetFromMap(new IdentityHashMap<>());
    for (PlanStep step : plan.steps()) {
      Copy copy = (Copy) step;
      var boxes = new ArrayList<>(copy.zeros());
      copy.from().forEach(from -> boxes.add(from.view().logical()));
      covers(copy.tensor().shape(), boxes, copy);
      copy.from().stream().map(From::tensor).forEach(read::add);
      copy.replicas().stream().map(From::tensor).forEach(read::add);
      copy.leftOut().stream().map(From::tensor).forEach(read::add);
      targets(copy, written);
    }
    plan.source().ranks().stream()
        .flatMap(file -> file.tensors().values().stream())
        .filter(tensor -> !LogicalTensor.isExtraState(tensor.spec().name()))
        .forEach(tensor -> require(read.contains(tensor), tensor.spec().name() + " is not used"));
    plan.files().stream()
        .flatMap(file -> file.tensors().values().stream())
        .forEach(tensor -> require(written.contains(tensor), tensor + " is not written"));
  }

  private static void targets(Copy copy, Set<TargetTensor> written) {
    Map<TargetTensor, List<View>> views = new LinkedHashMap<>();
    for (To to : copy.to()) {
      views.computeIfAbsent(to.tensor(), t -> new ArrayList<>()).add(to.view());
    }
    views.forEach(
        (tensor, parts) -> {
          require(written.add(tensor), tensor + " is written by two steps");
          Shape shape = tensor.spec().shape();
          covers(shape, parts.stream().map(view -> local(view, shape)).toList(), copy);
        });
  }

  /** The box of a dense row-major tensor that a view occupies. */
  private static Region local(View view, Shape shape) {
    var strides = shape.rowMajorStrides();
    require(view.strides().equals(strides), view + " is not row-major in " + shape);
    var offset = new ArrayList<Long>();
    long rest = view.start();
    for (long stride : strides) {
      offset.add(stride == 0 ? 0 : rest / stride);
      rest = stride == 0 ? 0 : rest % stride;
    }
    return new Region(offset, view.logical().shape());
  }

  /** Boxes inside a shape cover it exactly once if no two overlap and their sizes add up. */
  private static void covers(Shape shape, List<Region> boxes, Copy copy) {
    long elements = 0;
    for (int i = 0; i < boxes.size(); i++) {
      Region box = boxes.get(i);
      for (int axis = 0; axis < shape.rank(); axis++) {
        require(box.end(axis) <= shape.dim(axis), box + " is outside " + copy.tensor());
      }
      for (Region other : boxes.subList(0, i)) {
        require(!overlap(box, other), box + " overlaps " + other + " in " + copy.tensor());
      }
      elements = Math.addExact(elements, box.shape().elements());
    }
    require(elements == shape.elements(), "boxes do not add up to " + copy.tensor());
  }

  private static boolean overlap(Region a, Region b) {
    for (int axis = 0; axis < a.shape().rank(); axis++) {
      if (a.end(axis) <= b.offset().get(axis) || b.end(axis) <= a.offset().get(axis)) {
        return false;
      }
    }
    return true;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException("plan is wrong: " + otherwise);
    }
  }
}

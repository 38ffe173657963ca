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
import java.util.HashSet;
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
    var written = new Written(new HashSet<>(), identities(), identities());
    for (PlanStep step : plan.steps()) {
      step.copied().ifPresent(copy -> sources(copy, read));
      written.add(step);
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
    plan.files().forEach(file -> file.tensors().values().forEach(written::require));
    plan.objects().forEach(object -> object.tensor().ifPresent(written::require));
    plan.arrays().stream().flatMap(array -> array.parts().stream()).forEach(written::require);
    plan.arrays().forEach(PlanProof::chunks);
  }

  private static <T> Set<T> identities() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  /** Chunks cover an array exactly once if none leaves it or meets another, and sizes add up. */
  private static void chunks(TargetArray array) {
    Shape whole = array.spec().shape();
    var firsts = new HashSet<List<Long>>();
    for (ArrayChunks part : array.parts()) {
      boolean other = part.count() == 0 || firsts.add(part.index(0));
      require(other, () -> part.index(0) + " is twice in " + array.spec());
      for (ArrayCut.Part own : part.cut().parts()) {
        for (int axis = 0; axis < whole.rank(); axis++) {
          int behind = axis - part.leading().size();
          long index = behind < 0 ? part.leading().get(axis) : own.index().get(behind);
          long end = (index + 1) * array.chunk().dim(axis);
          require(end <= whole.dim(axis), () -> "chunk " + own + " is outside " + array.spec());
        }
      }
    }
    long elements =
        array.parts().stream()
            .mapToLong(part -> part.count() * part.spec().shape().elements())
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

  /**
   * What steps write.
   *
   * @param tensors one by one
   * @param chunks all of a tensor of the model's
   * @param cuts that are proved: all layers and experts share one
   */
  private record Written(Set<TargetTensor> tensors, Set<ArrayChunks> chunks, Set<ArrayCut> cuts) {
    void add(PlanStep step) {
      if (step.to() instanceof ArrayChunks own) {
        PlanProof.require(chunks.add(own), () -> own.spec() + " is written by two steps");
        if (cuts.add(own.cut())) {
          own.cut().parts().forEach(part -> covered(own.cut().shape(), part.views(), own.spec()));
        }
        return;
      }
      Map<TargetTensor, List<View>> views = new LinkedHashMap<>();
      for (To to : step.to()) {
        views.computeIfAbsent(to.tensor(), t -> new ArrayList<>()).add(to.view());
      }
      views.forEach(
          (tensor, parts) -> {
            PlanProof.require(tensors.add(tensor), () -> tensor + " is written by two steps");
            covered(tensor.spec().shape(), parts, tensor);
          });
    }

    void require(TargetTensor tensor) {
      PlanProof.require(tensors.contains(tensor), () -> tensor + " is not written");
    }

    void require(ArrayChunks own) {
      if (!chunks.contains(own)) {
        own.tensors().forEach(this::require);
      }
    }
  }

  /**
   * Views cover a tensor exactly once if each puts its elements on different places, no two meet,
   * none leaves the tensor and their sizes add up.
   */
  private static void covered(Shape shape, List<View> views, Object tensor) {
    long elements = 0;
    for (int i = 0; i < views.size(); i++) {
      View view = views.get(i);
      require(view.injective(), () -> view + " writes a place of " + tensor + " twice");
      require(view.last() < shape.elements(), () -> view + " leaves " + tensor);
      for (View other : views.subList(0, i)) {
        require(view.apart(other), () -> view + " meets " + other + " in " + tensor);
      }
      elements = Math.addExact(elements, view.logical().shape().elements());
    }
    long all = elements;
    require(all == shape.elements(), () -> "views do not add up to " + tensor);
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

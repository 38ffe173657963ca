package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.LowRankChange;
import io.shardwright.core.internal.describe.LowRankProduct;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Adds the products of a LoRA adapter to the steps of the weights that they change. */
final class Merging {
  /** Types that binary32 holds exactly. */
  private static final Set<DType> EXACT = Set.of(DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16);

  /** Of a factor, which is in memory as a whole: 256 MiB of binary32. */
  private static final long MOST_ELEMENTS = 1L << 26;

  private Merging() {}

  /** A copy, or what it becomes. */
  static PlanStep step(Work work, Placement targets, LowRankChange change) {
    var products = change.of(work.tensor().id());
    Copy copy = work.copy(targets, !products.isEmpty());
    return products.isEmpty() ? copy : new LowRankMerge(copy, products);
  }

  /**
   * Why products can't be added to a weight.
   *
   * @param emissions what it becomes
   * @param shape with the target's vocabulary rows
   */
  static List<String> problems(
      LogicalTensor weight, Shape shape, List<Emission> emissions, LowRankChange change) {
    return change.of(weight.id()).stream()
        .flatMap(product -> problems(product, weight, shape, emissions).stream())
        .map(what -> "'" + weight.id() + "', which " + change.source() + " changes, " + what)
        .toList();
  }

  private static List<String> problems(
      LowRankProduct product, LogicalTensor weight, Shape shape, List<Emission> emissions) {
    var problems = new ArrayList<String>();
    if (emissions.isEmpty()) {
      problems.add("has no counterpart in the target's naming");
    }
    if (ExpertStacks.has(emissions)) {
      problems.add(
          "becomes a part of one tensor of all experts, and a LoRA can't be merged into that");
    }
    if (product.rows().end(0) > shape.dim(0)) {
      problems.add("has " + shape.dim(0) + " rows, expected " + product.rows().end(0));
    }
    Stream.of(product.a().spec(), product.b().spec())
        .filter(factor -> factor.shape().elements() > MOST_ELEMENTS)
        .forEach(
            factor ->
                problems.add(
                    "needs all of '"
                        + factor.name()
                        + "' in memory, "
                        + factor.shape().elements()
                        + " elements, expected at most "
                        + MOST_ELEMENTS));
    var others =
        Stream.of(weight.spec().dtype(), product.a().spec().dtype(), product.b().spec().dtype());
    Stream.concat(others, emissions.stream().map(Emission::dtype))
        .filter(type -> !EXACT.contains(type))
        .findFirst()
        .ifPresent(
            type ->
                problems.add(
                    "is, becomes or is changed by "
                        + type.torchName()
                        + ", expected float32, float16 or bfloat16"));
    return problems;
  }
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * A logical tensor with the tensors of the target that it becomes.
 *
 * @param shape the whole tensor as the target counts it, vocabulary rows padded for its ranks
 * @param emissions the target's rows that are of it; none where the target has no place for it
 */
record Work(LogicalTensor tensor, Shape shape, List<Emission> emissions) {
  /** Whether the parts that the target's rows are of make it up; parts never overlap in part. */
  boolean isWhole() {
    long written = 0;
    var parts = new ArrayList<Region>();
    for (Emission emission : emissions) {
      Region part = emission.form().part();
      if (!parts.contains(part)) {
        written += part.shape().elements();
        parts.add(part);
      }
    }
    return emissions.isEmpty() || written >= shape.elements();
  }

  /**
   * What moves it.
   *
   * @param summed whether something is added to it in binary32
   */
  Copy copy(Placement targets, boolean summed) {
    var leftOut = new ArrayList<SourcePart>();
    var from = within(tensor.parts(), leftOut);
    var replicas = new ArrayList<Replica>();
    for (Replica replica : tensor.replicas()) {
      within(List.of(replica.part()), leftOut)
          .forEach(part -> replicas.add(new Replica(part, replica.kind())));
    }
    return new Copy(
        new TensorSpec(tensor.id(), held(summed || shift() != 0), shape),
        from,
        replicas,
        padding(),
        leftOut,
        shift(),
        to(targets));
  }

  private List<To> to(Placement targets) {
    if (emissions.size() == 1) {
      return targets.add(emissions.get(0));
    }
    var to = new ArrayList<To>();
    emissions.forEach(emission -> to.addAll(targets.add(emission)));
    return to;
  }

  /** Parts of several types become the target's at once, so that no value is rounded twice. */
  private DType held(boolean exactly) {
    var wanted = emissions.stream().map(Emission::dtype).distinct().toList();
    boolean cast = wanted.size() == 1 && !exactly && tensor.types().size() > 1;
    return cast ? wanted.get(0) : tensor.spec().dtype();
  }

  /** What is added on the way: a source's own shift, less that of its target. */
  private double shift() {
    double out =
        emissions.stream().mapToDouble(e -> e.row().traits().shift()).findFirst().orElse(0);
    return tensor.rule().traits().shift() - out;
  }

  private List<SourcePart> within(List<SourcePart> parts, List<SourcePart> leftOut) {
    if (parts.stream().allMatch(part -> part.view().isWithin(shape))) {
      return parts;
    }
    var inside = new ArrayList<SourcePart>();
    for (SourcePart part : parts) {
      part.view()
          .within(shape)
          .ifPresentOrElse(
              view -> inside.add(new SourcePart(part.member(), part.tensor(), view)),
              () -> leftOut.add(part));
    }
    return inside;
  }

  private List<Region> padding() {
    Shape source = tensor.canonical();
    if (source.rank() == 0 || shape.dim(0) <= source.dim(0)) {
      return List.of();
    }
    var offset = new ArrayList<>(Region.whole(shape).offset());
    offset.set(0, source.dim(0));
    return List.of(new Region(offset, shape.with(0, shape.dim(0) - source.dim(0))));
  }
}

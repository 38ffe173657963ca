package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.Fill;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.Region;
import java.util.ArrayList;
import java.util.List;

/**
 * Reduces a step to one of its target tensors, so that bytes that only the others need are not
 * read.
 */
final class SingleTarget {
  private final PlanStep step;
  private final TargetTensor target;
  private final List<To> to;

  SingleTarget(PlanStep step, TargetTensor target) {
    this.step = step;
    this.target = target;
    this.to = step.to().stream().filter(each -> each.tensor().equals(target)).toList();
  }

  List<To> to() {
    return to;
  }

  PlanStep step() {
    if (step instanceof Fill fill) {
      return new Fill(fill.tensor(), fill.values(), to);
    }
    if (step instanceof LowRankMerge merge) {
      return new LowRankMerge(single(merge.copy()), merge.products());
    }
    return single((Copy) step);
  }

  private Copy single(Copy copy) {
    // What is not read counts as zero, so that no cast sees leftovers.
    var unread = List.of(Region.whole(copy.tensor().shape()));
    return new Copy(
        copy.tensor(), within(copy.from()), replicas(copy), unread, List.of(), copy.shift(), to);
  }

  private List<Replica> replicas(Copy copy) {
    return copy.replicas().stream()
        .flatMap(
            replica ->
                within(List.of(replica.part())).stream()
                    .map(part -> new Replica(part, replica.kind())))
        .toList();
  }

  private List<SourcePart> within(List<SourcePart> parts) {
    var needed = new ArrayList<SourcePart>();
    for (SourcePart part : parts) {
      for (To each : to) {
        part.view()
            .within(each.view().logical())
            .ifPresent(view -> needed.add(new SourcePart(part.member(), part.tensor(), view)));
      }
    }
    return needed;
  }

  /** Whether the target is the first of the step's to get its elements. */
  boolean first() {
    for (To earlier : step.to()) {
      if (earlier.tensor().equals(target)) {
        return true;
      }
      if (to.stream().anyMatch(own -> own.view().logical().overlaps(earlier.view().logical()))) {
        return false;
      }
    }
    return true;
  }
}

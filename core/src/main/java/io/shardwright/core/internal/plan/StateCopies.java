package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the steps that copy modules' states that are tensors, unchanged, to every file that gets
 * them.
 */
final class StateCopies {
  private record Draft(Stored from, List<To> to) {}

  private final Map<SourceTensor, Draft> byTensor = new IdentityHashMap<>();
  private final List<Draft> drafts = new ArrayList<>();

  /** A copy of a state, under a name of a file that is to be written. */
  TargetTensor add(String member, String name, Stored state) {
    var spec = state.tensor().spec();
    var target = new TargetTensor(member, new TensorSpec(name, spec.dtype(), spec.shape()));
    var whole = new View(Region.whole(spec.shape()), 0, spec.shape().rowMajorStrides());
    byTensor
        .computeIfAbsent(state.tensor(), tensor -> draft(state))
        .to()
        .add(new To(target, whole));
    return target;
  }

  private Draft draft(Stored state) {
    var draft = new Draft(state, new ArrayList<>());
    drafts.add(draft);
    return draft;
  }

  List<PlanStep> steps() {
    return drafts.stream().<PlanStep>map(StateCopies::step).toList();
  }

  private static Copy step(Draft draft) {
    SourceTensor tensor = draft.from().tensor();
    var from = List.of(SourcePart.whole(draft.from().member(), tensor));
    return new Copy(tensor.spec(), from, List.of(), List.of(), List.of(), 0, draft.to());
  }
}

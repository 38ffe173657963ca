package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.Naming;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The shape and the emissions that a finished plan gives each logical tensor. */
final class TargetForms {
  private final ExecutablePlan plan;
  private final TargetRows rows;
  private final Map<String, PlanStep> steps = new HashMap<>();

  TargetForms(ExecutablePlan plan) {
    var model = plan.source();
    var config = new ChangedConfig(model.config(), plan.changes());
    this.plan = plan;
    this.rows = new TargetRows(model, config, plan.choice().naming(), plan.choice());
    plan.steps().forEach(step -> steps.put(step.tensor().name(), step));
  }

  /** How the layers lie. */
  StageLayers stages() {
    return rows.stages(plan.choice());
  }

  /** The tensor as the target counts it. */
  Shape shape(LogicalTensor tensor) {
    PlanStep step = steps.get(tensor.id());
    return step == null ? tensor.canonical() : step.tensor().shape();
  }

  /** The tensors that it is stored as; none where it is left out. */
  List<Emission> of(LogicalTensor tensor) {
    if (step(tensor).isEmpty()) {
      return List.of();
    }
    boolean folder = plan.choice().naming() == Naming.HUGGING_FACE;
    String prefix = folder ? "" : Emission.prefix(plan.source(), tensor, plan.choice());
    return rows.of(tensor).stream()
        .map(
            row ->
                new Emission(
                    prefix,
                    row,
                    tensor.indexes(),
                    rows.fit(row, tensor, shape(tensor)).form(),
                    dtype(tensor)))
        .toList();
  }

  /** The step that moves it, or all experts of its layer. */
  private Optional<PlanStep> step(LogicalTensor tensor) {
    return Optional.ofNullable(steps.get(tensor.id()))
        .or(() -> Optional.ofNullable(steps.get(ExpertStacks.name(tensor))));
  }

  private DType dtype(LogicalTensor tensor) {
    return step(tensor).orElseThrow().types().stream().findFirst().orElse(tensor.spec().dtype());
  }
}

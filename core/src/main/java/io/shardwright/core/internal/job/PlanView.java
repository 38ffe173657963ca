package io.shardwright.core.internal.job;

import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.bytes.FreeSpace;
import io.shardwright.core.internal.device.Resources;
import io.shardwright.core.internal.execute.Footprint;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.Outlines;
import io.shardwright.core.internal.plan.PlanText;
import io.shardwright.core.outline.Needs;
import java.nio.file.Path;
import java.util.List;

/** Turns an executable plan into the public {@code ReshardPlan}. */
record PlanView(ReshardRequest request, ExecutablePlan plan, CheckpointTarget layout) {
  ReshardPlan plan(String source, List<String> changes, List<String> notes) {
    var adapter = request.lora().map(PlanView::name);
    var outline = Outlines.of(plan, source, name(request.target()), adapter);
    return new ReshardPlan(
        request,
        PlanText.of(plan, outline, layout.size()),
        plan.sourceBytes(),
        layout.size(),
        changes,
        notes,
        outline,
        needs());
  }

  private static String name(Path path) {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  private Needs needs() {
    int threads = request.run().threads();
    var buffers =
        Footprint.of(
            plan,
            threads,
            Resources.memory(request.run().device()),
            request.verify(),
            request.manifest());
    return new Needs(
        threads, buffers.host(), buffers.device(), layout.size(), FreeSpace.at(request.target()));
  }
}

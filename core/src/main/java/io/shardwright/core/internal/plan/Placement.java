package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.plan.PlanStep.To;
import java.util.List;

/** Gives stored tensors their places in a layout. */
interface Placement {
  /** Adds a tensor and says where its elements go. */
  List<To> add(Emission emission);
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.execute.Progress;

/** Breaks the rule "steps2". */
final class BreachOfPlan {
  void executes(Progress progress) {
    progress.advance(1);
  }
}

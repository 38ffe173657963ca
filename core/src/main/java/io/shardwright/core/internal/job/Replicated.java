package io.shardwright.core.internal.job;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.plan.ExecutablePlan;
import java.util.List;

/** Makes the note on tensors that are copied to every rank because no rule matches them. */
final class Replicated {
  private Replicated() {}

  static List<String> notes(ReshardRequest request, ExecutablePlan plan) {
    List<String> names = request.replicateUnmatched() ? plan.source().replicated() : List.of();
    return names.isEmpty()
        ? List.of()
        : List.of(
            "no rule of family '"
                + plan.source().family().id()
                + "' matches '"
                + String.join("', '", names)
                + "': copied to every rank, which is wrong for a tensor that is to be cut");
  }
}

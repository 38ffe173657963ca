package io.shardwright.core.internal.job;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.open.MissingArtifacts;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.ModuleStates;
import io.shardwright.core.outline.UnreadableTensor;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.format.Keeps;
import java.util.ArrayList;
import java.util.List;

/** What a user should know of a plan. */
record PlanNotes(Resolved resolved, ExecutablePlan plan, CheckpointTarget layout) {
  private ModelSource source() {
    return resolved.source();
  }

  /** All of it; {@code leftOut} is what can't be read or written. */
  List<String> all(List<UnreadableTensor> leftOut) {
    var notes = new ArrayList<>(source().notes());
    notes.addAll(resolved.notes());
    var adoption = resolved.adoption();
    notes.addAll(MissingArtifacts.notes(source(), adoption.changes(), adoption.attachments()));
    notes.addAll(TokenizerNotes.of(resolved));
    leftOut.forEach(left -> notes.add(left.file() + ": " + left + ", and was left out"));
    notes.addAll(resolved.lora().notes(plan.merges().size()));
    notes.addAll(Dequantization.of(plan).planned());
    notes.addAll(Pairs.notes(resolved.request(), plan));
    notes.addAll(ModuleStates.notes(plan));
    notes.addAll(replicated());
    if (source().leftState() > 0) {
      notes.add(
          "the optimizer's state is left out: "
              + source().leftState()
              + " bytes of tensors, and what goes with them");
    }
    notes.addAll(OwnMasters.notes(resolved.request(), plan.source()));
    notes.addAll(Guesses.notes(resolved.request(), plan.source()));
    notes.addAll(layout.notes());
    notes.addAll(Choices.notes(resolved, plan.source()));
    if (resolved.keeps(Keeps.STORED)) {
      notes.addAll(storedNotes());
    }
    if (copies()) {
      notes.add(
          "nothing to change: the target is a copy with the source's sizes, naming, layout and"
              + " types");
    }
    return notes;
  }

  private List<String> replicated() {
    List<String> names =
        resolved.request().replicateUnmatched() ? plan.source().replicated() : List.of();
    return names.isEmpty()
        ? List.of()
        : List.of(
            "no rule of family '"
                + plan.source().family().id()
                + "' matches '"
                + String.join("', '", names)
                + "': copied to every rank, which is wrong for a tensor that ranks divide");
  }

  /** What becomes of ranks, and of what is no tensor, where tensors are written as they are. */
  private List<String> storedNotes() {
    var notes = new ArrayList<String>();
    if (plan.files().size() > 1) {
      notes.add(
          "the weights are cut for "
              + plan.files().size()
              + " ranks: "
              + (layout.files().size() < plan.files().size()
                  ? "tensor names begin with the rank, and nothing was merged"
                  : "there is a file for each, and nothing was merged"));
    }
    if (plan.specs().anyMatch(spec -> Companions.isState(spec.name()))) {
      notes.add(
          "the optimizer's tensors are written as the weights are: "
              + Setting.NO_OPTIMIZER.inText()
              + " leaves them out");
    }
    boolean more = source().configured() || !source().attachments().isEmpty();
    if (more && !resolved.keeps(Keeps.CONFIG)) {
      notes.add("the target contains only tensors: configuration and other files are left out");
    }
    return notes;
  }

  private boolean copies() {
    return resolved.kind().copies(resolved.request(), source())
        && resolved.adoption().attachments().isEmpty()
        && plan.copies();
  }
}

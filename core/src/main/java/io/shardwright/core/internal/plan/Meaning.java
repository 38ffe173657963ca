package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import java.util.IdentityHashMap;

/** Compares what a target's documents mean with the shapes that are written. */
public final class Meaning {
  private Meaning() {}

  /**
   * Refuses documents that say another model.
   *
   * @param means what a reader takes from them
   * @param where they are, for messages
   * @throws MalformedCheckpointException naming a tensor, and the keys that contradict it
   */
  public static void require(ExecutablePlan plan, ModelConfig means, String where) {
    var forms = new TargetForms(plan);
    var rows = new TargetRows(plan.source(), means, plan.choice().naming(), plan.choice());
    var fitting = new IdentityHashMap<ParameterRule, Shape>();
    for (LogicalTensor tensor : plan.source().tensors()) {
      for (ParameterRule row : rows.of(tensor)) {
        Shape shape = forms.shape(tensor);
        if (shape.equals(fitting.put(row, shape)) && !row.arrangement().perLayer()) {
          continue;
        }
        StoredForm.misfit(row, tensor.settings(row, means), shape)
            .ifPresent(
                why -> {
                  throw new MalformedCheckpointException(
                      ErrorCode.CONFIG_CONTRADICTED, where, "'" + tensor.id() + "' " + why);
                });
      }
    }
  }
}

package io.shardwright.core.internal.job;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.HashSet;

/**
 * The master weights of a training in 32 bits: a parameter is its own. A distributed optimizer
 * stores it once more (Megatron-LM core_v0.19.0, {@code
 * megatron/core/optimizer/distrib_optimizer.py}).
 */
final class OwnMasters {
  /** The form that has masters only of other types. */
  private static final String WITHOUT = "non_distributed";

  private OwnMasters() {}

  /** A model with master weights where the form that is asked for has them of every parameter. */
  static ModelDescription wanted(ReshardRequest request, ModelDescription model) {
    var kind = request.gridOptions().optimizerKind();
    boolean state = model.tensors().stream().anyMatch(t -> Companions.isCompanion(t.id()));
    return state && kind.isPresent() && !kind.get().equals(WITHOUT) ? of(model) : model;
  }

  private static ModelDescription of(ModelDescription model) {
    var all = new ArrayList<>(model.tensors());
    var known = new HashSet<String>();
    all.forEach(tensor -> known.add(tensor.id()));
    String before = Companions.name(Companions.MASTER, "");
    for (LogicalTensor tensor : model.tensors()) {
      boolean own =
          !Companions.isCompanion(tensor.id())
              && Companions.knows(tensor.rule())
              && tensor.spec().dtype() == DType.FLOAT32;
      if (own && !known.contains(before + tensor.id())) {
        all.add(tensor.companion(before).in(tensor.parts(), tensor.replicas()));
      }
    }
    return model.with(all);
  }
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.DistributedKey;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Traits.ExtraState;
import io.shardwright.spi.tensor.DType;
import java.util.List;

/**
 * A tensor of the target before it is cut over ranks.
 *
 * @param prefix what the format puts before names
 * @param row of the target's naming
 * @param indexes layer and expert
 * @param form with the target's vocabulary rows
 */
record Emission(
    String prefix, ParameterRule row, List<Integer> indexes, StoredForm form, DType dtype) {

  /** Its name in the whole model. */
  String name() {
    return prefix + LogicalTensor.name(row.pattern(), indexes);
  }

  /**
   * The key of the array that holds it in a distributed checkpoint.
   *
   * @param alike whether the layers of its stack are, so that the array holds all of them
   */
  String key(boolean alike) {
    return prefix + DistributedKey.of(row.pattern(), indexes, alike);
  }

  /** Its place along the leading axes of that array: layer and expert. */
  List<Integer> stacked(boolean alike) {
    return alike || indexes.isEmpty() ? indexes : indexes.subList(1, indexes.size());
  }

  /** What its module keeps besides parameters; an optimizer has none of a module's. */
  ExtraState extraState() {
    return Companions.isCompanion(prefix) ? ExtraState.NONE : row.traits().extraState();
  }

  /** NeMo puts this before the names that its networks have; Hugging Face has nothing there. */
  static String prefix(ModelDescription model, LogicalTensor tensor) {
    return model.naming() == Naming.HUGGING_FACE ? "model." : tensor.prefix();
  }
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.DistributedKey;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.NamePrefix;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.core.internal.describe.View;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Traits.ExtraState;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.util.List;
import java.util.stream.Stream;

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
    return prefix + DistributedKey.of(row, indexes, alike);
  }

  /** Its place along the leading axes of that array: layer and expert. */
  List<Integer> stacked(boolean alike) {
    return alike || indexes.isEmpty() ? indexes : indexes.subList(1, indexes.size());
  }

  /**
   * The shape of a rank's tensor.
   *
   * @param experts that it is of, where it is of several
   */
  Shape shard(int ranks, long experts) {
    Shape own = form.shard(ranks);
    return ExpertBlocks.stacked(row)
        ? new Shape(Stream.concat(Stream.of(experts), own.dims().stream()).toList())
        : own;
  }

  /**
   * Where its elements stand in a rank's tensor.
   *
   * @param local layer and expert as the rank's file numbers them
   */
  List<View> views(int rank, int ranks, List<Integer> local) {
    Shape own = form.shard(ranks);
    long row = ExpertBlocks.stacked(this.row) ? local.get(local.size() - 1) : 0;
    return form.views(rank, ranks, row * own.elements(), own.rowMajorStrides());
  }

  /** What its module keeps besides parameters; an optimizer has none of a module's. */
  ExtraState extraState() {
    return Companions.isCompanion(prefix) ? ExtraState.NONE : row.traits().extraState();
  }

  /**
   * What the target puts before the names of networks: NeMo what the source has, or its own where
   * that has nothing.
   */
  static String prefix(ModelDescription model, LogicalTensor tensor, TargetChoice choice) {
    String companion = Companions.prefix(tensor.prefix());
    if (choice.prefix().isPresent()) {
      return companion + choice.prefix().orElseThrow();
    }
    boolean bare =
        (model.files().distributed() || model.files().bare())
            && NamePrefix.isBare(tensor.prefix().substring(companion.length()));
    return bare || model.naming() == Naming.HUGGING_FACE ? companion + "model." : tensor.prefix();
  }
}

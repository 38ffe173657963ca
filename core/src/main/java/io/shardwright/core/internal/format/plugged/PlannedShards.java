package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.format.WantedShards;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A plan for files that each hold some of a class's tensors. */
final class PlannedShards extends PlannedModel implements WantedShards {
  /** What is planned for a source; the attachments as for every model. */
  PlannedShards(ExecutablePlan plan, ModelSource origins, List<Attachment> attachments) {
    super(plan, origins, attachments);
  }

  @Override
  public HuggingFaceModel model() {
    return plan.choice().huggingFace().orElseThrow();
  }

  @Override
  public Map<String, List<TensorSpec>> shards() {
    var shards = new LinkedHashMap<String, List<TensorSpec>>();
    plan.files()
        .forEach(
            file ->
                shards.put(
                    file.member(),
                    file.tensors().values().stream().map(TargetTensor::spec).toList()));
    return shards;
  }

  /** Padding is not written. */
  @Override
  public OptionalLong vocabularyRows() {
    return writtenRows();
  }
}

package io.shardwright.core.internal.format.loose;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.codec.safetensors.SafetensorsLayout;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.FolderTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes every stored tensor unchanged to safetensors files, and the configuration. */
final class SafetensorsKind implements TargetKind {
  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.CONFIG, Keeps.STORED);
  }

  @Override
  public boolean holds(DType dtype) {
    return SafetensorsLayout.holds(dtype);
  }

  @Override
  public CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan) {
    Map<String, byte[]> documents =
        source.configured() ? Map.of("model_config.yaml", source.config().write()) : Map.of();
    return new FolderTarget(plan, documents, attachments, source.guard());
  }
}

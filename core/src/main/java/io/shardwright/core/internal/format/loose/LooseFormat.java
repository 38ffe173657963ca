package io.shardwright.core.internal.format.loose;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.codec.safetensors.SafetensorsLayout;
import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.FileKind;
import io.shardwright.core.internal.format.FolderTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The format of files of tensors without a configuration. It is written as safetensors files: every
 * stored tensor unchanged, and the configuration.
 */
public final class LooseFormat implements CheckpointFormat, TargetKind {
  /** What is written. */
  public static final String ID = "safetensors";

  @Override
  public String id() {
    return ID;
  }

  @Override
  public boolean recognizes(Place place) {
    return place.isFolder() || place.isFile(FileKind.TORCH) || place.isFile(FileKind.SAFETENSORS);
  }

  @Override
  public LooseCheckpoint open(Place place, Opening opening) {
    if (place.isFolder()) {
      return LooseFolder.open(place.path(), opening.guard());
    }
    FileKind kind = place.isFile(FileKind.TORCH) ? FileKind.TORCH : FileKind.SAFETENSORS;
    return LooseCheckpoint.ofFile(place.path(), kind, opening.guard());
  }

  @Override
  public Optional<TargetKind> target() {
    return Optional.of(this);
  }

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

package io.shardwright.core.internal.format.directory;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.FolderTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.spi.Grid;
import io.shardwright.spi.format.DirectoryFormat;
import io.shardwright.spi.format.Keeps;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A folder as transformers saves models. */
public record HuggingFaceFolder(DirectoryFormat format) implements CheckpointFormat, TargetKind {
  @Override
  public String id() {
    return format.id();
  }

  @Override
  public boolean recognizes(Place place) {
    return place.isFolder() && format.recognizes(place.files());
  }

  @Override
  public ModelSource open(Place place, Opening opening) {
    return DirectoryCheckpoint.open(
        place.path(), format, opening.registry(), opening.options().hparamsFile(), opening.guard());
  }

  @Override
  public Optional<TargetKind> target() {
    return Optional.of(this);
  }

  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.TOKENIZER, Keeps.ARCHITECTURE);
  }

  @Override
  public TargetNames names(ReshardRequest request, ModelSource source, Grid grid) {
    return TargetNames.ofShards(
        tensors -> format.shards(tensors, request.huggingFace().maxShardBytes()));
  }

  @Override
  public CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan) {
    return new FolderTarget(
        plan,
        HuggingFaceDocuments.of(source, attachments, plan, format),
        List.of(),
        source.guard());
  }
}

package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.bytes.FolderEntries;
import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.FileKind;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.spi.Grid;
import io.shardwright.spi.format.Keeps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The format of NeMo 1.x checkpoints: a {@code .nemo} archive, or the same members in a folder. */
public final class NemoFormat implements CheckpointFormat, TargetKind {
  /** The format's name. */
  public static final String ID = "nemo";

  @Override
  public String id() {
    return ID;
  }

  @Override
  public boolean recognizes(Place place) {
    return place.isFolder()
        ? place.files().contains(NemoMembers.CONFIG) && !heldAsSafetensors(place.path())
        : place.isFile(FileKind.ARCHIVE);
  }

  /**
   * Whether a folder holds what a {@code .nemo} has beside its weights, and the weights as
   * safetensors files: this program writes them so.
   */
  private static boolean heldAsSafetensors(Path folder) {
    List<Path> entries = FolderEntries.of(folder);
    return entries.stream().anyMatch(entry -> entry.toString().endsWith(".safetensors"))
        && entries.stream().noneMatch(NemoFormat::isNemoWeights);
  }

  private static boolean isNemoWeights(Path entry) {
    String name = entry.getFileName().toString();
    return name.startsWith("model_weights") || name.contains("_rank_") && Files.isDirectory(entry);
  }

  @Override
  public ModelSource open(Place place, Opening opening) {
    return NemoCheckpoint.open(place.path(), opening.spoolFolder(), opening.guard());
  }

  @Override
  public boolean holdsTensorFiles(Place place) {
    return false;
  }

  @Override
  public Optional<TargetKind> target() {
    return Optional.of(this);
  }

  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.GRID, Keeps.CONFIG, Keeps.TOKENIZER);
  }

  @Override
  public boolean copies(ReshardRequest request, ModelSource source) {
    return source instanceof NemoCheckpoint;
  }

  @Override
  public TargetNames names(ReshardRequest request, ModelSource source, Grid grid) {
    return TargetNames.ofRanks(rank -> NemoMembers.weights(rank, grid), NemoMembers.DISTRIBUTED);
  }

  @Override
  public CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan) {
    return new NemoTarget(source, attachments, plan, request.target().toString().endsWith(".nemo"));
  }
}

package io.shardwright.core.internal.format.loose;

import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.FileKind;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import java.util.Optional;

/** The format of files of tensors without a configuration; it is written as safetensors. */
public final class LooseFormat implements CheckpointFormat {
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
    return Optional.of(new SafetensorsKind());
  }
}

package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;

/** A folder with an adapter of peft. */
public final class PeftFormat implements CheckpointFormat {
  /** The format's name. */
  static final String ID = "huggingface-peft";

  @Override
  public String id() {
    return ID;
  }

  @Override
  public boolean recognizes(Place place) {
    return place.isFolder() && place.files().contains(PeftConfig.FILE);
  }

  @Override
  public ModelSource open(Place place, Opening opening) {
    return PeftFolder.open(place.path(), opening.guard());
  }
}

package io.shardwright.core.internal.format.loose;

import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;

/** The format of folders of other tools, which are recognized and refused by name. */
public final class ForeignFormat implements CheckpointFormat {
  @Override
  public String id() {
    return "foreign";
  }

  @Override
  public boolean isRead() {
    return false;
  }

  @Override
  public boolean recognizes(Place place) {
    return place.isFolder() && ForeignFolder.of(place.path()).isPresent();
  }

  @Override
  public ModelSource open(Place place, Opening opening) {
    throw ForeignFolder.of(place.path()).orElseThrow().refusal(place.path());
  }

  /** Shards of tensors are no tensors. */
  @Override
  public boolean holdsTensorFiles(Place place) {
    return ForeignFolder.of(place.path()).filter(ForeignFolder.DISTRIBUTED::equals).isEmpty();
  }
}

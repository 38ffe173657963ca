package io.shardwright.adapters.megatron;

import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import java.util.List;

/**
 * What the formats of Megatron-Core's distributed checkpoints share: an iteration's folder, or the
 * root of a training that has such iterations.
 */
abstract class IterationFormat implements ModelFormat {
  private final String id;

  IterationFormat(String id) {
    this.id = id;
  }

  @Override
  public final String id() {
    return id;
  }

  @Override
  public final boolean recognizes(StoredFiles files) {
    if (!files.isFolder()) {
      return false;
    }
    if (Iteration.isOfRanks(files)) {
      return isOwn(true, false);
    }
    if (Iteration.is(files)) {
      return isOwn(false, Iteration.isOfBridge(files));
    }
    List<String> iterations = Root.iterations(files);
    return !iterations.isEmpty()
        && isOwn(
            true, iterations.stream().anyMatch(name -> Iteration.isOfBridge(files.folder(name))));
  }

  /**
   * Tells the formats apart.
   *
   * @param root whether it is the folder of a training, or one with ranks
   * @param bridge whether Megatron-Bridge's configuration is there
   */
  abstract boolean isOwn(boolean root, boolean bridge);

  @Override
  public final StoredModel read(StoredFiles files, KnownModels models) {
    return Iteration.is(files)
        ? Iteration.read(Iteration.whole(files), models, List.of())
        : Root.of(files, models.step()).read(models);
  }
}

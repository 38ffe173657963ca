package io.shardwright.core;

import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.lightning.LightningCheckpoint;
import io.shardwright.core.internal.format.lightning.LightningOptions;
import io.shardwright.core.internal.format.nemo.NemoCheckpoint;
import java.nio.file.Path;

/** Opens whatever a path holds. */
final class Sources {
  private Sources() {}

  static ModelSource open(Path path, Path spoolFolder, TrainingOptions options, boolean state) {
    if (LightningCheckpoint.recognizes(path)) {
      return LightningCheckpoint.open(
          path,
          new LightningOptions(
              options.checkpointName(),
              options.step(),
              options.hparamsFile(),
              state && options.optimizer()));
    }
    return NemoCheckpoint.open(path, spoolFolder);
  }
}

package io.shardwright.core;

import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.directory.DirectoryCheckpoint;
import io.shardwright.core.internal.format.directory.PeftFolder;
import io.shardwright.core.internal.format.lightning.LightningCheckpoint;
import io.shardwright.core.internal.format.lightning.LightningOptions;
import io.shardwright.core.internal.format.nemo.NemoCheckpoint;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.spi.format.DirectoryFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Opens whatever a path holds. */
record Sources(AdapterRegistry registry) {

  /**
   * Opens a checkpoint.
   *
   * @param state whether a training's optimizer is wanted
   */
  ModelSource open(Path path, Path spoolFolder, TrainingOptions options, boolean state) {
    Optional<DirectoryFormat> directory = directory(path);
    if (directory.isPresent()) {
      return DirectoryCheckpoint.open(
          path, directory.get(), registry.communityModels(), options.hparamsFile());
    }
    if (LightningCheckpoint.recognizes(path)) {
      return LightningCheckpoint.open(
          path,
          new LightningOptions(
              options.checkpointName(),
              options.step(),
              options.hparamsFile(),
              state && options.optimizer()));
    }
    if (PeftFolder.recognizes(path)) {
      return PeftFolder.open(path);
    }
    return NemoCheckpoint.open(path, spoolFolder);
  }

  private Optional<DirectoryFormat> directory(Path path) {
    if (!Files.isDirectory(path)) {
      return Optional.empty();
    }
    Set<String> names = DirectoryCheckpoint.names(path);
    return registry.formats().stream().filter(format -> format.recognizes(names)).findFirst();
  }
}

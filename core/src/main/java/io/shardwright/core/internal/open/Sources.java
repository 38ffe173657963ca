package io.shardwright.core.internal.open;

import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.directory.DirectoryCheckpoint;
import io.shardwright.core.internal.format.directory.PeftFolder;
import io.shardwright.core.internal.format.lightning.LightningCheckpoint;
import io.shardwright.core.internal.format.lightning.LightningOptions;
import io.shardwright.core.internal.format.loose.FileKind;
import io.shardwright.core.internal.format.loose.ForeignFolder;
import io.shardwright.core.internal.format.loose.LooseCheckpoint;
import io.shardwright.core.internal.format.loose.LooseFolder;
import io.shardwright.core.internal.format.nemo.NemoCheckpoint;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.DirectoryFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Opens whatever a path holds, told by its contents.
 *
 * @param given jars, folders of jars and family files that the adapters are from
 */
public record Sources(AdapterRegistry registry, ReadPolicy policy, List<Path> given) {

  /**
   * Opens a checkpoint to make another of it.
   *
   * @param state whether a training's optimizer is wanted
   */
  public ModelSource open(Path path, Path spoolFolder, TrainingOptions options, boolean state) {
    var guard = new Guard(policy);
    if (!Files.isDirectory(path)) {
      return openFile(path, spoolFolder, options, state, guard);
    }
    Optional<DirectoryFormat> directory = directory(path);
    if (directory.isPresent()) {
      return DirectoryCheckpoint.open(
          path, directory.get(), registry, options.hparamsFile(), guard);
    }
    if (LightningCheckpoint.recognizes(path)) {
      return training(path, options, state, guard);
    }
    if (PeftFolder.recognizes(path)) {
      return PeftFolder.open(path, guard);
    }
    if (isNemo(path)) {
      return NemoCheckpoint.open(path, spoolFolder, guard);
    }
    Optional<ForeignFolder> foreign = ForeignFolder.of(path);
    if (foreign.isPresent()) {
      throw foreign.get().refusal(path);
    }
    return LooseFolder.open(path, guard);
  }

  /**
   * Opens an adapter to merge it: a NeMo archive or folder, or a folder of peft.
   *
   * @param spoolFolder where a compressed archive may be unpacked to
   */
  public ModelSource openAdapter(Path path, Path spoolFolder) {
    var guard = new Guard(policy);
    return PeftFolder.recognizes(path)
        ? PeftFolder.open(path, guard)
        : NemoCheckpoint.open(path, spoolFolder, guard);
  }

  /** The same, with one family for every checkpoint. */
  public Sources choosing(String family) {
    return new Sources(registry.choosing(family), policy, given);
  }

  private ModelSource openFile(
      Path path, Path spoolFolder, TrainingOptions options, boolean state, Guard guard) {
    FileKind kind = FileKind.of(path);
    return switch (kind) {
      case TORCH ->
          LightningCheckpoint.recognizes(path)
              ? training(path, options, state, guard)
              : LooseCheckpoint.ofFile(path, kind, guard);
      case SAFETENSORS -> LooseCheckpoint.ofFile(path, kind, guard);
      case ARCHIVE -> NemoCheckpoint.open(path, spoolFolder, guard);
      case OTHER -> throw FileKind.unknown(path);
    };
  }

  private ModelSource training(Path path, TrainingOptions options, boolean state, Guard guard) {
    return LightningCheckpoint.open(
        path,
        new LightningOptions(
            options.checkpointName(),
            options.step(),
            options.hparamsFile(),
            state && options.optimizer()),
        guard);
  }

  /**
   * Opens a checkpoint to look at it, or to write its tensors as they are: what no family or
   * configuration is known of is a collection of tensors.
   */
  public ModelSource look(Path path, Path spoolFolder, TrainingOptions options, boolean state) {
    try {
      return open(path, spoolFolder, options, state);
    } catch (UnrecognizedCheckpointException | UnsupportedCheckpointException unclaimed) {
      return loose(path, unclaimed);
    }
  }

  /** The tensors alone of what can't be read for its meaning. */
  ModelSource loose(Path path, CheckpointException unclaimed) {
    var guard = new Guard(policy);
    if (Files.isDirectory(path) && (directory(path).isPresent() || !isNemo(path))) {
      return files(path, unclaimed, guard);
    }
    if (Files.isRegularFile(path) && FileKind.of(path) == FileKind.TORCH) {
      return LooseCheckpoint.ofFile(path, FileKind.TORCH, guard).note(unclaimed.getMessage());
    }
    throw unclaimed;
  }

  /** Files of tensors are looked at whoever wrote them; shards of tensors are no tensors. */
  private static ModelSource files(Path folder, CheckpointException unclaimed, Guard guard) {
    Optional<ForeignFolder> foreign = ForeignFolder.of(folder);
    if (foreign.filter(ForeignFolder.DISTRIBUTED::equals).isPresent()) {
      throw unclaimed;
    }
    try {
      return LooseFolder.open(folder, guard).note(unclaimed.getMessage());
    } catch (UnrecognizedCheckpointException none) {
      throw foreign.isPresent() ? unclaimed : none;
    }
  }

  /** Beside safetensors files the configuration tells what they were written of. */
  private static boolean isNemo(Path folder) {
    return Files.exists(folder.resolve("model_config.yaml")) && !LooseFolder.isWritten(folder);
  }

  private Optional<DirectoryFormat> directory(Path path) {
    Set<String> names = DirectoryCheckpoint.names(path);
    return registry.formats().stream().filter(format -> format.recognizes(names)).findFirst();
  }
}

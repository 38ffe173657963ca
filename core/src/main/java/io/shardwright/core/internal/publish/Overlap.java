package io.shardwright.core.internal.publish;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps a target from being written into its source, or in its place, by whatever names. */
public final class Overlap {
  private final Path source;
  private final Path target;

  private Overlap(Path source, Path target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Refuses a target that is the source, holds it or lies within it.
   *
   * @param target absolute
   * @throws UnsafeCheckpointException if it does
   */
  public static void refuse(Path source, Path target) {
    if (Files.exists(source)) {
      try {
        new Overlap(source.toRealPath(), real(target)).refuse();
      } catch (IOException unreadable) {
        // Opening the source says so in better words.
      }
    }
  }

  /** The target need not be there, nor its folder. */
  private static Path real(Path target) throws IOException {
    if (Files.exists(target) || target.getParent() == null) {
      return target.toRealPath();
    }
    return real(target.getParent()).resolve(target.getFileName());
  }

  private void refuse() throws IOException {
    if (Files.exists(target) && Files.isSameFile(source, target)) {
      throw refusal("is the source itself: choose another name");
    } else if (source.startsWith(target)) {
      throw refusal("holds the source, which would be replaced with it: choose another name");
    } else if (target.startsWith(source) && !besideSteps()) {
      throw refusal("lies inside the source: choose a name outside of it");
    }
  }

  /** NeMo too puts a training's .nemo beside its steps, where no reader of steps minds it. */
  private boolean besideSteps() {
    return target.getParent().equals(source)
        && target.toString().endsWith(".nemo")
        && !Files.exists(source.resolve("model_config.yaml"));
  }

  private UnsafeCheckpointException refusal(String problem) {
    return new UnsafeCheckpointException(ErrorCode.TARGET_EXISTS, target.toString(), problem);
  }
}

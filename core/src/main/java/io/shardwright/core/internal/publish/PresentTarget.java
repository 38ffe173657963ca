package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Compares an existing target with what a run would write, so that a run that was killed after its
 * last step is found to be complete.
 */
public final class PresentTarget implements AutoCloseable {
  private final Path target;
  private final TargetLock lock;
  private ComparedFiles files;

  private PresentTarget(Path target, WriteFailure failure) {
    this.target = target;
    lock = TargetLock.take(new Siblings(target), failure);
  }

  /**
   * Opens a target.
   *
   * @throws UnsafeCheckpointException if another run writes it or it has other files
   */
  public static PresentTarget open(Path given, List<OutputFile> wanted) {
    Path target = given.toAbsolutePath().normalize();
    Leftovers.tidy(target);
    var failure = new WriteFailure(target, OutputFile.bytes(wanted));
    var present = new PresentTarget(target, failure);
    try {
      present.open(wanted);
      return present;
    } catch (RuntimeException refusal) {
      present.close();
      throw refusal;
    }
  }

  private void open(List<OutputFile> wanted) {
    files = new ComparedFiles(target, wanted, this::difference, UnaryOperator.identity());
    if (count() != wanted.size()) {
      throw difference();
    }
  }

  private long count() {
    try (var all = Files.walk(target)) {
      return all.filter(path -> !Files.isDirectory(path)).count();
    } catch (IOException | UncheckedIOException unreadable) {
      return -1;
    }
  }

  private UnsafeCheckpointException difference() {
    return new UnsafeCheckpointException(
        ErrorCode.TARGET_EXISTS,
        target.toString(),
        "exists already and differs from what this run would write: choose another name or allow "
            + Setting.OVERWRITE.inText());
  }

  /** Its files, which take only what they hold. */
  public OutputFiles files() {
    return files;
  }

  /** Puts a file beside the target that is not there yet. */
  public void side(Path path, byte[] bytes, boolean sync) {
    try (var file = SideFile.stage(path, bytes, sync)) {
      file.publish(false);
    }
  }

  @Override
  public void close() {
    if (files != null) {
      files.close();
    }
    lock.close();
  }
}

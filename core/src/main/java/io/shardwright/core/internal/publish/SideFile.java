package io.shardwright.core.internal.publish;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A small file that appears beside a target, whole or not at all. */
public final class SideFile implements AutoCloseable {
  private final Path path;
  private final Path staged;

  private SideFile(Path path, Path staged) {
    this.path = path;
    this.staged = staged;
  }

  /**
   * Stages a file. Closing it unpublished removes it.
   *
   * @throws io.shardwright.spi.error.CheckpointIoException if it can't be written
   */
  public static SideFile stage(Path given, byte[] bytes) {
    Path path = given.toAbsolutePath().normalize();
    String name = "." + path.getFileName() + "." + UUID.randomUUID() + TargetLock.SUFFIX;
    var file = new SideFile(path, path.resolveSibling(name));
    try {
      Files.write(file.staged, bytes, StandardOpenOption.CREATE_NEW);
      return file;
    } catch (IOException failure) {
      file.close();
      throw WriteFailure.of(path, failure);
    }
  }

  /**
   * Gives the file its name.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it exists and may not be replaced
   */
  public void publish(boolean overwrite, boolean sync) {
    try {
      Staging.refuseExisting(path, overwrite);
      Publication.move(staged, path, overwrite);
      if (sync) {
        Publication.forceFolder(path.getParent());
      }
    } catch (IOException failure) {
      throw WriteFailure.of(path, failure);
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(staged);
    } catch (IOException failure) {
      throw WriteFailure.of(path, failure);
    }
  }
}

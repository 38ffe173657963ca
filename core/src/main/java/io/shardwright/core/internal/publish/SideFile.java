package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.spi.error.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A small file beside a target that is written atomically. */
public final class SideFile implements AutoCloseable {
  private final Path path;
  private final Path staged;
  private final boolean sync;
  private final WriteFailure failure;

  private SideFile(Path path, Path staged, boolean sync, WriteFailure failure) {
    this.path = path;
    this.staged = staged;
    this.sync = sync;
    this.failure = failure;
  }

  /**
   * Stages a file. Closing it unpublished removes it.
   *
   * @throws CheckpointException if it can't be written
   */
  public static SideFile stage(Path given, byte[] bytes, boolean sync) {
    Path path = given.toAbsolutePath().normalize();
    Leftovers.tidy(path);
    String identity = Staging.anybody();
    return stage(path, new Siblings(path).of(Siblings.Kind.SIDE, identity), bytes, sync);
  }

  /** Stages a file that a run on another target removes if this one is killed. */
  static SideFile stage(Path path, Path staged, byte[] bytes, boolean sync) {
    var file = new SideFile(path, staged, sync, new WriteFailure(path, bytes.length));
    try {
      file.write(ByteBuffer.wrap(bytes));
      return file;
    } catch (IOException problem) {
      CheckpointException known = file.failure.of(problem);
      file.close();
      throw known;
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    try (var channel =
        Files.newByteChannel(staged, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (sync && channel instanceof FileChannel file) {
        file.force(true);
      }
    }
  }

  /**
   * Gives the file its name.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it exists and may not be replaced
   */
  public void publish(boolean overwrite) {
    try {
      Publication.publish(staged, path, staged, overwrite, sync);
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  @Override
  public void close() {
    try {
      Publication.delete(staged);
    } catch (IOException litter) {
      // The next run on the target removes it.
    }
  }
}

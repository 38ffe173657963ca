package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A compressed archive, unpacked to a private file that closing removes. */
public final class SpooledArchive implements AutoCloseable {
  private final Path path;
  private final FileSource source;

  SpooledArchive(Path path, String name) {
    this.path = path;
    this.source = new FileSource(path, name);
  }

  /** The unpacked bytes. */
  public ByteSource source() {
    return source;
  }

  @Override
  public void close() {
    source.close();
    try {
      Files.deleteIfExists(path);
    } catch (IOException failure) {
      throw new CheckpointIoException(
          ErrorCode.WRITE_FAILED, path.toString(), "can't be removed: " + failure.getMessage());
    }
  }
}

package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** The files of a target under its staging name. */
interface StagedOutput extends OutputFiles, AutoCloseable {
  /**
   * Makes ready to write.
   *
   * @param again whether the files may be there
   */
  void open(List<OutputFile> files, boolean again) throws IOException;

  /** Closes the files; durable ones are forced to disk first, as are the target's own folders. */
  void seal() throws IOException;

  @Override
  void close() throws IOException;

  /**
   * Where a file is staged.
   *
   * @throws UnsafeCheckpointException if the system has no such name
   */
  static Path path(Path staged, OutputFile file) {
    try {
      return file.path().isEmpty() ? staged : staged.resolve(file.path());
    } catch (InvalidPathException nameless) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_DENIED,
          "'" + file.path() + "'",
          "can't be the name of a file here: where the locale is at fault, set LC_ALL=C.UTF-8");
    }
  }
}

package io.shardwright.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Folders for tests that are not about disks: in memory where Linux offers a file system for that
 * and it has 2 GiB of room, else where they usually are. For {@code @TempDir(factory = …)}, or the
 * JUnit property {@code junit.jupiter.tempdir.factory.default}.
 */
public final class MemoryFolders implements TempDirFactory {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOM = 2L << 30;

  /** For JUnit. */
  public MemoryFolders() {}

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test)
      throws IOException {
    boolean room = Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM;
    return room ? Files.createTempDirectory(MEMORY, "junit-") : Files.createTempDirectory("junit-");
  }
}

package io.shardwright.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Folders for tests that write many small files and are not about disks: in memory where Linux
 * offers a file system for that and it has 2 GiB of room, else where they usually are. For
 * {@code @TempDir(factory = MemoryFolders.class)}.
 */
public final class MemoryFolders implements TempDirFactory {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOM = 2L << 30;

  /** For JUnit. */
  public MemoryFolders() {}

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test)
      throws IOException {
    return create("junit-");
  }

  /**
   * Makes a folder that the caller removes.
   *
   * @param prefix of its name
   * @return an empty folder of a new name
   * @throws IOException if it can't be made
   */
  public static Path create(String prefix) throws IOException {
    boolean room = Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM;
    return room ? Files.createTempDirectory(MEMORY, prefix) : Files.createTempDirectory(prefix);
  }
}

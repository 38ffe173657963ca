package io.shardwright.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Makes temporary folders in memory, for tests that write many small files: in {@code /dev/shm} if
 * it has 2 GiB of free space, otherwise in the usual place. Used as {@code @TempDir(factory =
 * MemoryFolders.class)}.
 */
public final class MemoryFolders implements TempDirFactory {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOM = 2L << 30;

  /** Makes a factory; JUnit calls it. */
  public MemoryFolders() {}

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test)
      throws IOException {
    return create("junit-");
  }

  /**
   * Makes a folder that the caller removes.
   *
   * @param prefix the beginning of its name
   * @return a new, empty folder
   * @throws IOException if it can't be made
   */
  public static Path create(String prefix) throws IOException {
    boolean room = Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM;
    return room ? Files.createTempDirectory(MEMORY, prefix) : Files.createTempDirectory(prefix);
  }
}

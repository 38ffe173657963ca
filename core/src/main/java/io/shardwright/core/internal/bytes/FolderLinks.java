package io.shardwright.core.internal.bytes;

import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Checks and follows symbolic links among a folder's files, of which the Hugging Face hub's cache
 * consists.
 */
public final class FolderLinks {
  private FolderLinks() {}

  /**
   * Refuses a link where links are not followed.
   *
   * @throws UnsafeCheckpointException naming it
   */
  public static void require(Path file, Guard guard, String folder) {
    if (!guard.followsLinks() && Files.isSymbolicLink(file)) {
      throw new UnsafeCheckpointException(
          ErrorCode.PATH_ESCAPE,
          folder,
          "'" + file.getFileName() + "' is a link, and " + Setting.NO_LINKS.inText() + " is given");
    }
  }
}

package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.Disk;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.store.ObjectStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Checks the name of a target: it must be free, and its folder must exist. */
public final class FreeName {
  private FreeName() {}

  /**
   * Refuses a target that is there already, or where nothing can be written.
   *
   * @throws UnsafeCheckpointException if it exists and may not be replaced
   */
  public static void refuseExisting(Path given, boolean overwrite) {
    Path target = given.toAbsolutePath().normalize();
    if (target.getFileSystem().isReadOnly()) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_DENIED,
          target.toString(),
          "nothing can be written there: choose a place on a disk or in an object store");
    }
    if (target.getFileName() == null) {
      throw taken(target, "is the root of a file system, expected a new name");
    }
    if (Siblings.isName(target.getFileName())) {
      throw taken(target, "is a name that Shardwright reserves for its own files: choose another");
    }
    if (Files.isSymbolicLink(target)) {
      throw taken(
          target, "is a symbolic link, expected a new name: give the path that the link points to");
    }
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isRegularFile(target) && !Files.isDirectory(target)) {
      throw taken(target, "is a pipe or a device, expected a new name");
    }
    if (!overwrite && (ObjectStore.of(target).isEmpty() || !StoreStaging.isHalf(target))) {
      throw taken(
          target, "exists already: choose another name or allow " + Setting.OVERWRITE.inText());
    }
  }

  /**
   * Refuses a target whose folder is not there, where it is not to be made. Stores have none.
   *
   * @throws UnsafeCheckpointException saying which folder lacks
   */
  public static void requireFolder(Path target, boolean mkdirs) {
    Path folder = target.toAbsolutePath().normalize().getParent();
    if (!mkdirs && Disk.holds(target) && folder != null && !Files.exists(folder)) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_DENIED,
          target.toString(),
          "its folder '"
              + folder
              + "' does not exist: check the name, or create it with "
              + Setting.MKDIRS.inText());
    }
  }

  private static UnsafeCheckpointException taken(Path target, String problem) {
    return new UnsafeCheckpointException(ErrorCode.TARGET_EXISTS, target.toString(), problem);
  }
}

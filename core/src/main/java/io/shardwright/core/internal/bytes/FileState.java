package io.shardwright.core.internal.bytes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What tells a file from what it was.
 *
 * @param size in bytes
 * @param modified when it was written, as whoever owns it says
 * @param changed when it was written or renamed, as the kernel says; empty where nobody does
 * @param key which file it is, on Unix device and inode; null where nothing tells
 */
record FileState(long size, FileTime modified, Optional<Object> changed, Object key) {
  /**
   * File systems whose kernel or server notes the time of every change, writes through memory
   * included. On others (shared memory, FUSE, Windows) a writer can leave no trace.
   */
  private static final Set<String> NOTE_CHANGES =
      Set.of(
          "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "overlay", "apfs", "hfs", "nfs",
          "nfs4", "lustre", "gpfs", "ceph", "beegfs");

  static FileState of(Path path) throws IOException {
    var basic = Files.readAttributes(path, BasicFileAttributes.class);
    boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
    Optional<Object> changed =
        unix ? Optional.of(Files.getAttribute(path, "unix:ctime")) : Optional.empty();
    return new FileState(basic.size(), basic.lastModifiedTime(), changed, basic.fileKey());
  }

  /** Whether a file that is written to has another state then. */
  boolean tellsOfWrites(Path path) {
    try {
      String type = Files.getFileStore(path).type().toLowerCase(Locale.ROOT);
      return changed.isPresent() && NOTE_CHANGES.contains(type);
    } catch (IOException | UnsupportedOperationException unknown) {
      return false;
    }
  }
}

package io.shardwright.core.internal.bytes;

import java.nio.file.Path;

/** Tells whether a file system is on a disk, and not an object store, a zip file or in memory. */
public final class Disk {
  private Disk() {}

  /**
   * Whether files there can be locked, written at any offset, seen by others while they are open,
   * and renamed at once. The JDK says so of no file system; those that can have owners too.
   */
  public static boolean holds(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("owner");
  }
}

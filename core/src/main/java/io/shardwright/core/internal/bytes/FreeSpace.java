package io.shardwright.core.internal.bytes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Determines the free space of a disk. */
public final class FreeSpace {
  private FreeSpace() {}

  /** Bytes that are free where a target would lie; empty where nobody can tell. */
  public static OptionalLong at(Path target) {
    Path folder = target.toAbsolutePath().normalize();
    while (folder != null && !Files.exists(folder)) {
      folder = folder.getParent();
    }
    if (folder == null) {
      return OptionalLong.empty();
    }
    try {
      var store = Files.getFileStore(folder);
      return store.getTotalSpace() > 0
          ? OptionalLong.of(store.getUsableSpace())
          : OptionalLong.empty();
    } catch (IOException | UnsupportedOperationException unknown) {
      return OptionalLong.empty();
    }
  }
}

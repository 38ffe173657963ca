package io.shardwright.core.internal.publish;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;

/** Moves and removes files and folders whole. */
final class Publication {
  private Publication() {}

  /** Gives what is staged its final name. A folder in the way is moved aside first. */
  static void move(Path staged, Path target, boolean overwrite) throws IOException {
    if (!overwrite && Files.isRegularFile(staged)) {
      // A hard link fails where the target has appeared meanwhile; a move would replace it.
      linkOrMove(staged, target);
      return;
    }
    Path aside = staged.resolveSibling(staged.getFileName() + "-old" + TargetLock.SUFFIX);
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(target, aside, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
    delete(aside);
  }

  private static void linkOrMove(Path staged, Path target) throws IOException {
    try {
      Files.createLink(target, staged);
      Files.delete(staged);
    } catch (UnsupportedOperationException noLinks) {
      Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Makes a rename durable, where the platform lets folders be opened. */
  static void forceFolder(Path folder) throws IOException {
    if (File.separatorChar == '\\') {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Removes a file or a folder with all it holds; links are removed, not followed. */
  static void delete(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> all;
    try (var walk = Files.walk(path)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }
}

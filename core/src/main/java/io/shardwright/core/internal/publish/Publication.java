package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.Disk;
import io.shardwright.core.internal.bytes.Reason;
import io.shardwright.core.internal.execute.Interruption;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Moves a staged target to its final name. At every instant the target is what it was or what it is
 * to be; a folder that is replaced is for one instant beside its name, where the next run finds it.
 * A failure undoes what was done, but for a file that was replaced.
 */
final class Publication {
  /** What some file systems say of folders. */
  private static final Set<String> UNSUPPORTED =
      Set.of("Invalid argument", "Operation not supported", "Bad file descriptor");

  private final Path staged;
  private final Path target;
  private final Path aside;
  private final Deque<Interruption.Action> done = new ArrayDeque<>();

  private Publication(Path staged, Path target, Path aside) {
    this.staged = staged;
    this.target = target;
    this.aside = aside;
  }

  /**
   * Gives what is staged its final name: at once on a disk, else file by file.
   *
   * @param aside where a folder in the way is moved to, on a disk
   * @param sync whether the folder is forced to disk
   */
  static void publish(Path staged, Path target, Path aside, boolean overwrite, boolean sync)
      throws IOException {
    FreeName.refuseExisting(target, overwrite);
    if (Disk.holds(target)) {
      new Publication(staged, target, aside).run(overwrite, sync);
    } else {
      appearInStore(staged, target);
    }
  }

  /**
   * A target that is there is removed first, when its successor is complete; a failure removes what
   * was moved.
   */
  private static void appearInStore(Path staged, Path target) throws IOException {
    delete(target);
    try {
      for (Path from : tree(staged)) {
        String name = staged.relativize(from).toString();
        Path to = name.isEmpty() ? target : target.resolve(name);
        if (Files.isDirectory(from)) {
          Files.createDirectories(to);
        } else {
          Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException failure) {
      delete(target);
      throw failure;
    }
    delete(staged);
  }

  /** Publishes. What was replaced or linked is left to be removed. */
  private void run(boolean overwrite, boolean sync) throws IOException {
    try {
      boolean present = overwrite && Files.exists(target, LinkOption.NOFOLLOW_LINKS);
      if (present && (folder(staged) || folder(target))) {
        move(target, aside);
        done.push(() -> move(aside, target));
        move(staged, target);
        done.push(() -> move(target, staged));
      } else if (present) {
        move(staged, target);
      } else {
        appear();
      }
      if (sync) {
        forceFolder(target.getParent());
      }
    } catch (IOException failure) {
      undo(failure);
      throw failure;
    }
  }

  /** A link fails where the target has appeared meanwhile; a move would replace it. */
  private void appear() throws IOException {
    if (!folder(staged)) {
      try {
        Files.createLink(target, staged);
        done.push(() -> Files.delete(target));
        return;
      } catch (FileAlreadyExistsException appeared) {
        throw appeared;
      } catch (IOException | UnsupportedOperationException noLinks) {
        // Many file systems have none.
      }
    }
    move(staged, target);
    done.push(this::disappear);
  }

  private void disappear() throws IOException {
    try {
      move(target, staged);
    } catch (IOException stays) {
      delete(target);
    }
  }

  private void undo(IOException failure) throws IOException {
    try {
      while (!done.isEmpty()) {
        done.pop().run();
      }
    } catch (IOException second) {
      failure.addSuppressed(second);
      if (Files.exists(aside, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(Reason.of(failure) + "; the previous target is in " + aside, failure);
      }
    }
  }

  private static boolean folder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Makes names durable, where the platform lets folders be opened. Too late to be interrupted: the
   * target is there.
   */
  static void forceFolder(Path folder) throws IOException {
    if (File.separatorChar == '\\') {
      return;
    }
    try {
      Interruption.withhold(() -> force(folder));
    } catch (IOException failure) {
      if (!UNSUPPORTED.contains(Reason.of(failure))) {
        throw failure;
      }
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Removes a file or a folder with all it holds; links are removed, not followed. */
  static void delete(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    var all = tree(path);
    Collections.reverse(all);
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }

  /** A file or a folder with all it holds, what is inside after what it is in; links as such. */
  static List<Path> tree(Path root) throws IOException {
    try (var walk = Files.walk(root)) {
      return walk.sorted().collect(Collectors.toCollection(ArrayList::new));
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }
}

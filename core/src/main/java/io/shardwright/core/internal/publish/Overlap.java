package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;

/**
 * Refuses targets that would replace a file that is read, or lie inside it, under whatever name,
 * and files beside the target that would.
 */
public final class Overlap {
  private final String what;
  private final Path read;
  private final Path target;

  private Overlap(String what, Path read, Path target) {
    this.what = what;
    this.read = read;
    this.target = target;
  }

  /**
   * Refuses a target that is the source, holds it or lies within it, or that keeps files of its own
   * under the source's name.
   *
   * @param target absolute
   * @throws UnsafeCheckpointException if it does
   */
  public static void refuse(Path source, Path target) {
    refuse("the source", source, target, true);
  }

  /**
   * The same for another file that is read, or a folder of which files are.
   *
   * @param target absolute
   * @throws UnsafeCheckpointException if the target is it or holds it, or keeps files of its own
   *     under its name
   */
  public static void refuseFile(Path read, Path target) {
    refuse("a file that is read", read, target, false);
  }

  /**
   * The same for files that are open.
   *
   * @throws UnsafeCheckpointException naming the first
   */
  public static void refuseFiles(Collection<FileSource> files, Path target) {
    FileSource.places(files).forEach(file -> refuseFile(file.path(), target));
  }

  private static void refuse(String what, Path read, Path target, boolean inside) {
    if (!Files.exists(read, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      Path real = real(target);
      refuseLeftover(read, named(read), real);
      if (Files.exists(read)) {
        refuseLeftover(read, read.toRealPath(), real);
        new Overlap(what, read.toRealPath(), real).refuse(inside);
      }
    } catch (IOException unreadable) {
      // Opening it says so in better words.
    }
  }

  /** The path itself, which may be a link, in the folder where it is. */
  private static Path named(Path path) throws IOException {
    Path whole = path.toAbsolutePath().normalize();
    return whole.getParent() == null
        ? whole
        : whole.getParent().toRealPath().resolve(whole.getFileName());
  }

  private static void refuseLeftover(Path given, Path read, Path target) {
    if (target.getParent() != null && new Siblings(target).include(read)) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_EXISTS,
          given.toString(),
          "has a name that a run writing '"
              + target.getFileName()
              + "' reserves for itself, so it would be removed: rename it, or choose another"
              + " target");
    }
  }

  /** The target need not be there, nor its folder. */
  private static Path real(Path target) throws IOException {
    if (target.getParent() == null || Files.exists(target)) {
      return target.toRealPath();
    }
    return real(target.getParent()).resolve(target.getFileName());
  }

  private void refuse(boolean inside) throws IOException {
    if (Files.exists(target) && Files.isSameFile(read, target)) {
      throw refusal("is " + what + " itself: choose another name");
    } else if (read.startsWith(target)) {
      throw refusal("holds " + what + ", which would be replaced with it: choose another name");
    } else if (inside && target.startsWith(read) && !besideSteps()) {
      throw refusal("lies inside " + what + ": choose a name outside of it");
    }
  }

  /** NeMo too puts a training's .nemo beside its steps, where no reader of steps minds it. */
  private boolean besideSteps() {
    return target.getParent().equals(read)
        && target.toString().endsWith(".nemo")
        && !Files.exists(read.resolve("model_config.yaml"));
  }

  private UnsafeCheckpointException refusal(String problem) {
    return new UnsafeCheckpointException(ErrorCode.TARGET_EXISTS, target.toString(), problem);
  }
}

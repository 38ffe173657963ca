package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.publish.Siblings.Kind;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;

/**
 * Distinguishes files that this user's runs left beside a target from others of such a name: links,
 * pipes, files of another owner, hard links to other files. Those are never opened, written or
 * removed.
 */
final class OwnFiles {
  private final Siblings names;
  private UserPrincipal owner;

  OwnFiles(Siblings names) {
    this.names = names;
  }

  /**
   * Refuses what is no file of this user's under one name.
   *
   * @throws UnsafeCheckpointException naming what it is
   */
  void requireFile(Path path) throws IOException {
    var found = read(path);
    require(path, found.isRegularFile(), "is not a regular file");
    require(path, single(path), "is a hard link to another file");
    requireOwner(path);
  }

  /**
   * Refuses what is neither a file nor a folder of this user's.
   *
   * @throws UnsafeCheckpointException naming what it is
   */
  void requireFileOrFolder(Path path) throws IOException {
    requireMovable(path);
    requireOwner(path);
  }

  /** Refuses links, pipes and devices. */
  void requireMovable(Path path) throws IOException {
    var found = read(path);
    require(path, found.isRegularFile() || found.isDirectory(), "is not a regular file");
  }

  /** Refuses a file or a folder where anything that it holds is not this user's own. */
  void requireTree(Path root) throws IOException {
    for (Path each : Publication.tree(root)) {
      if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
        requireOwner(each);
      } else {
        requireFile(each);
      }
    }
  }

  private static BasicFileAttributes read(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /** Where the system can tell. */
  private static boolean single(Path path) throws IOException {
    boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
    return !unix
        || Integer.valueOf(1)
            .equals(Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
  }

  private void requireOwner(Path path) throws IOException {
    UserPrincipal other = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
    require(path, other.equals(owner()), "belongs to '" + other.getName() + "', not to you");
  }

  /** Who owns what is made here: a file server may know this user by another name. */
  private UserPrincipal owner() throws IOException {
    if (owner == null) {
      Path probe = names.of(Kind.SIDE, Staging.anybody());
      Files.newByteChannel(probe, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE).close();
      try {
        owner = Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS);
      } finally {
        Files.delete(probe);
      }
    }
    return owner;
  }

  private static void require(Path path, boolean holds, String otherwise) {
    if (!holds) {
      throw refusal(path, otherwise);
    }
  }

  /** A name that is taken by something else. */
  static UnsafeCheckpointException refusal(Path path, String problem) {
    return new UnsafeCheckpointException(
        ErrorCode.TARGET_EXISTS,
        path.toString(),
        problem
            + ", and Shardwright reserves this name for its own file: move the file away, or choose"
            + " another target");
  }
}

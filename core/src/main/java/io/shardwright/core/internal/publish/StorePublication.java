package io.shardwright.core.internal.publish;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Moves a staged target to its final name file by file. An existing target is removed first, when
 * its successor is complete; a failure removes what was moved.
 */
record StorePublication(Path staged, Path target) {

  void run(boolean overwrite) throws IOException {
    if (!overwrite && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Publication.delete(target);
    try {
      move();
    } catch (IOException failure) {
      Publication.delete(target);
      throw failure;
    }
    Publication.delete(staged);
  }

  private void move() throws IOException {
    for (Path from : Publication.tree(staged)) {
      String name = staged.relativize(from).toString();
      Path to = name.isEmpty() ? target : target.resolve(name);
      if (Files.isDirectory(from)) {
        Files.createDirectories(to);
      } else {
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}

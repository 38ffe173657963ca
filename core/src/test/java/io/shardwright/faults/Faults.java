package io.shardwright.faults;

import java.io.IOException;
import java.nio.file.Path;

/** Decides which operations on files fail. */
interface Faults {
  /** Nothing fails. */
  Faults NONE = (operation, path) -> {};

  /** What is done with files. */
  enum Operation {
    OPEN_TO_READ,
    OPEN_TO_WRITE,
    READ,
    WRITE,
    FORCE,
    CLOSE,
    CREATE_FOLDER,
    LIST,
    LINK,
    MOVE,
    DELETE,
    UPLOAD
  }

  /** Throws what the operation is to fail with. */
  void before(Operation operation, Path path) throws IOException;

  /** Bytes were written; they are in memory until their file is forced. */
  default void wrote(Path path, long offset, int bytes) {}

  /** How many of the bytes are read or written at once. */
  default int most(int bytes) {
    return bytes;
  }

  /** What kind of disk it says that it is. */
  default String type(String real) {
    return real;
  }

  /** What the disk says is free. */
  default long free(long bytes) {
    return bytes;
  }
}

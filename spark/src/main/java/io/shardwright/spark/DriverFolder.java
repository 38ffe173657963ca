package io.shardwright.spark;

import java.io.Serializable;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The folder that a driver runs in: what it names means the same on executors, each of which runs
 * in a folder of its own that does not outlive it.
 */
record DriverFolder(String path) implements Serializable {
  static DriverFolder here() {
    return new DriverFolder(Path.of("").toAbsolutePath().toString());
  }

  /**
   * Completes a path; leaves an address as it is.
   *
   * @throws IllegalArgumentException if nothing can have the name
   */
  String of(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a path is empty");
    }
    try {
      return name.contains("://") ? name : Path.of(path).resolve(name).toString();
    } catch (InvalidPathException never) {
      throw new IllegalArgumentException("a path is wrong: " + never.getMessage(), never);
    }
  }
}

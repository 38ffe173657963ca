package io.shardwright.core.internal.bytes;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says that nothing is at a path, and what was perhaps meant. */
public final class Absence {
  /** Of a larger folder not all names are compared. */
  private static final int NAMES = 10_000;

  private Absence() {}

  /**
   * The problem and its remedy.
   *
   * @param what was expected: {@code file}
   */
  public static String of(Path path, String what) {
    String problem = "no such " + what;
    if (path.getFileSystem() != FileSystems.getDefault()) {
      return problem + ": check '" + path + "'";
    } else if (path.getNameCount() == 0) {
      return problem + ": check the path";
    } else if (Files.isSymbolicLink(path)) {
      return problem + ": the link's target does not exist";
    }
    int known = path.getNameCount() - 1;
    while (known > 0 && !Files.exists(begin(path, known))) {
      known--;
    }
    Path absent = begin(path, known + 1);
    if (known + 1 < path.getNameCount()) {
      problem += ": the folder '" + absent + "' does not exist";
    }
    return problem + ": " + nearest(absent).map(Absence::meant).orElseGet(() -> remedy(path));
  }

  private static Path begin(Path path, int names) {
    Path begin = path;
    while (begin.getNameCount() > names) {
      begin = begin.getParent();
    }
    return begin;
  }

  private static String meant(Path near) {
    return "did you mean '" + near + "'?";
  }

  /** A model of the hub has the form of a relative path. */
  private static String remedy(Path path) {
    boolean hub =
        !path.isAbsolute()
            && path.getNameCount() == 2
            && path.toString().matches("\\w[\\w.-]*/\\w[\\w.-]*")
            && !Files.exists(path.getParent());
    return hub ? "check the path; the hub's model of this name is hf://" + path : "check the path";
  }

  private static Optional<Path> nearest(Path absent) {
    String name = absent.getFileName().toString();
    Path folder = absent.toAbsolutePath().getParent();
    try (var entries = Files.list(folder)) {
      var names =
          entries
              .limit(NAMES)
              .map(entry -> entry.getFileName().toString())
              .filter(each -> each.startsWith(".") == name.startsWith("."))
              .sorted()
              .collect(Collectors.toList());
      return Spelling.nearest(name, names).map(absent::resolveSibling);
    } catch (IOException unlisted) {
      return Optional.empty();
    }
  }
}

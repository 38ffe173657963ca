package io.shardwright.core.internal.publish;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The names of the files that runs keep beside their target: {@code .NAME.lock}, {@code
 * .NAME.parts}, and {@code .NAME.<16 digits>.<kind>} where the digits are the first of the run's
 * identity. Other targets' and other programs' files have other names.
 */
record Siblings(Path target) {
  private static final int DIGITS = 16;
  private static final String LOCK = "lock";
  private static final String PARTS = "parts";
  private static final Pattern NAME =
      Pattern.compile(
          "\\.(.+)\\.(?:lock|parts|[0-9a-f]{16}\\.(?:partial|journal|replaced|side))",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** What a file beside a target is. */
  enum Kind {
    /** The target as far as it is written. */
    PARTIAL,
    /** Which steps of it are done. */
    JOURNAL,
    /** A folder that a new one is about to replace. */
    REPLACED,
    /** A file that belongs to the target and is yet to appear beside it. */
    SIDE;

    private String suffix() {
      return "." + name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  Path lock() {
    return target.resolveSibling(prefix() + LOCK);
  }

  /** The folder of a target that several processes write. */
  Path parts() {
    return target.resolveSibling(prefix() + PARTS);
  }

  Path of(Kind kind, String identity) {
    return target.resolveSibling(prefix() + identity.substring(0, DIGITS) + kind.suffix());
  }

  /** Those of a kind that are there, whatever run they are of. */
  List<Path> all(Kind kind) throws IOException {
    var name =
        Pattern.compile(
            Pattern.quote(prefix()) + "[0-9a-f]{" + DIGITS + "}" + Pattern.quote(kind.suffix()));
    var found = new ArrayList<Path>();
    try (var entries =
        Files.newDirectoryStream(
            target.getParent(), entry -> name.matcher(entry.getFileName().toString()).matches())) {
      entries.forEach(found::add);
    } catch (NoSuchFileException none) {
      // A folder of a store is there with what is in it.
    }
    return found;
  }

  /** What a journal is about. */
  Path stagedOf(Path journal) {
    String name = journal.getFileName().toString();
    String stem = name.substring(0, name.length() - Kind.JOURNAL.suffix().length());
    return target.resolveSibling(stem + Kind.PARTIAL.suffix());
  }

  /** Whether there is any. */
  boolean any() throws IOException {
    boolean found = Files.exists(lock(), LinkOption.NOFOLLOW_LINKS);
    for (Kind kind : Kind.values()) {
      found |= !all(kind).isEmpty();
    }
    return found;
  }

  /** Whether a name is one that a run gives to what it keeps beside some target. */
  static boolean isName(Path name) {
    return NAME.matcher(name.toString()).matches();
  }

  /** Whether a path is one of these names, or leads through one. */
  boolean include(Path path) {
    int depth = target.getNameCount() - 1;
    if (!path.startsWith(target.getParent()) || path.getNameCount() <= depth) {
      return false;
    }
    var name = NAME.matcher(path.getName(depth).toString());
    return name.matches() && name.group(1).equalsIgnoreCase(target.getFileName().toString());
  }

  private String prefix() {
    return "." + target.getFileName() + ".";
  }
}

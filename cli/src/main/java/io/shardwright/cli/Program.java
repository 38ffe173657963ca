package io.shardwright.cli;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the program is started, so that what is printed can be pasted. */
final class Program {
  /** Set by the launcher to its own name. */
  private static final String LAUNCHER = "shardwright.launcher";

  private Program() {}

  /** The launcher, or Java and the jar; to be added to. */
  static List<String> words() {
    String launcher = System.getProperty(LAUNCHER);
    return new ArrayList<>(
        launcher == null ? List.of("java", "-jar", jar().toString()) : List.of(launcher));
  }

  /** Relative to where the user stands, if it lies below. */
  private static Path jar() {
    try {
      Path jar = Path.of(Program.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path here = Path.of("").toAbsolutePath();
      return jar.startsWith(here) ? here.relativize(jar) : jar;
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}

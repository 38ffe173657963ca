package io.shardwright.cli;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the program is started, so that what is printed can be pasted. */
final class Program {
  /** Set by the launcher to its own name. */
  private static final String LAUNCHER = "shardwright.launcher";

  /** Set by the launcher to its own folder. */
  private static final String HOME = "shardwright.home";

  private Program() {}

  /** Where jars with native libraries may be: {@code lib} beside the launcher and the jar. */
  static List<Path> nativeFolders() {
    String home = System.getProperty(HOME);
    Path besideTheJar = file().resolveSibling("lib");
    return home == null ? List.of(besideTheJar) : List.of(Path.of(home, "lib"), besideTheJar);
  }

  /** The launcher, or Java and the jar; to be added to. */
  static List<String> words() {
    String launcher = System.getProperty(LAUNCHER);
    return new ArrayList<>(
        launcher == null ? List.of("java", "-jar", jar().toString()) : List.of(launcher));
  }

  /** Relative to where the user stands, if it lies below. */
  private static Path jar() {
    Path jar = file();
    Path here = Path.of("").toAbsolutePath();
    return jar.startsWith(here) ? here.relativize(jar) : jar;
  }

  /** Where the program's own classes are. */
  private static Path file() {
    try {
      return Path.of(Program.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}

package io.shardwright.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Surroundings for the launcher, with a Java and a Maven that only say how they were called. */
abstract class LauncherPlace {
  private static final List<String> TOOLS =
      List.of(
          "sh",
          "cat",
          "cksum",
          "dirname",
          "find",
          "flock",
          "head",
          "locale",
          "ls",
          "mkdir",
          "mktemp",
          "mv",
          "readlink",
          "rm",
          "sleep");

  static final String JAVA = "#!/bin/sh\necho \"$0\" LC_ALL=${LC_ALL:-}\nprintf '%s\\n' \"$@\"\n";

  private static final String MAVEN =
      """
      #!/bin/sh
      echo built >>"$BUILDS"
      mkdir -p cli/target
      printf half >cli/target/shardwright.jar
      sleep 0.2
      printf whole >cli/target/shardwright.jar
      """;

  @TempDir Path folder;
  Path tools;
  Path java;

  /** What a start said. */
  record Started(int code, List<String> out, String err) {
    Path jar() {
      return Path.of(out.get(out.indexOf("-jar") + 1));
    }

    /** What the program got. */
    List<String> arguments() {
      return out.subList(out.indexOf("-jar") + 2, out.size());
    }
  }

  @BeforeEach
  void prepare() throws IOException {
    folder = folder.toRealPath();
    tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool : TOOLS) {
      for (String bin : List.of("/bin/", "/usr/bin/")) {
        if (Files.isExecutable(Path.of(bin + tool))) {
          program(tools.resolve(tool), "#!/bin/sh\nexec " + bin + tool + " \"$@\"\n");
        }
      }
    }
    program(tools.resolve("mvn"), MAVEN);
    java = program(folder.resolve("jdk/bin/java"), JAVA);
  }

  static Path program(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A checkout that was never built. */
  Path checkout(String name) throws IOException {
    Path root = Files.createDirectory(folder.resolve(name));
    Files.createDirectories(root.resolve("cli/src/main"));
    Files.writeString(root.resolve("pom.xml"), "");
    Files.writeString(root.resolve("cli/pom.xml"), "");
    program(root.resolve("shardwright"), Files.readString(Path.of("../shardwright")));
    return root;
  }

  Process start(Map<String, String> environment, String script) throws IOException {
    var shell = new ProcessBuilder(tools.resolve("sh").toString(), "-c", script);
    shell.directory(folder.toFile());
    shell.redirectError(Files.createTempFile(folder, "err", "").toFile());
    shell.environment().keySet().removeAll(List.of("JAVA_HOME", "CDPATH", "LC_ALL", "LC_CTYPE"));
    shell.environment().put("LANG", "C");
    shell.environment().put("PATH", tools.toString());
    shell.environment().put("BUILDS", folder.resolve("builds").toString());
    shell.environment().putAll(environment);
    return shell.start();
  }

  Started run(Map<String, String> environment, String script) throws Exception {
    Process process = start(environment, script + " 2>err");
    var out = process.inputReader().lines().toList();
    return new Started(process.waitFor(), out, Files.readString(folder.resolve("err")));
  }

  Map<String, String> jdk() {
    return Map.of("JAVA_HOME", java.getParent().getParent().toString());
  }
}

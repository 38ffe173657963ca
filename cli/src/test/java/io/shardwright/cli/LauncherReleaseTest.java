package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher of a release, which has its jar beside it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no sh")
class LauncherReleaseTest extends LauncherPlace {
  /** One that makes an archive where it is asked for one. */
  private static final String LEARNING =
      """
      #!/bin/sh
      for argument; do
        case $argument in
          -Xshare:dump) dump=1 ;;
          -XX:SharedArchiveFile=*) archive=${argument#*=} ;;
        esac
      done
      [ -z "${dump:-}" ] || { echo made >>"$BUILDS"; echo classes >"$archive"; }
      echo "$archive"
      """;

  /** A release with nothing but its jar. */
  private Path release() throws IOException {
    Path root = Files.createDirectory(folder.resolve("shardwright-1.0"));
    program(root.resolve("shardwright"), Files.readString(Path.of("../shardwright")));
    Files.writeString(root.resolve("shardwright.jar"), "");
    Files.delete(tools.resolve("mvn"));
    return root;
  }

  @Test
  void runsAReleaseAsItLies() throws Exception {
    Path root = release();
    Files.delete(tools.resolve("mktemp"));
    Started started = run(jdk(), "shardwright-1.0/shardwright --version");
    assertEquals(0, started.code(), started.err());
    assertEquals(root.resolve("shardwright.jar"), started.jar());
    assertEquals("", started.err());
    for (int tries = 0; Files.exists(root.resolve("shardwright.jsa.making")); tries++) {
      assertTrue(tries < 3_000, "it is not told that there are no tools");
      Thread.sleep(10);
    }
    try (var left = Files.list(root)) {
      assertEquals(2, left.count());
    }
  }

  @Test
  void aReleaseLearnsItsClassesOnceBesideItsJar() throws Exception {
    Path root = release();
    program(java, LEARNING);
    Path archive = root.resolve("shardwright.jsa");
    for (String used : List.of("", archive.toString(), archive.toString())) {
      Started started = run(jdk(), "shardwright-1.0/shardwright --version");
      assertEquals(List.of(used), started.out());
      assertEquals("", started.err());
      await(archive);
    }
    assertEquals(1, Files.readAllLines(folder.resolve("builds")).size());
    try (var left = Files.list(root)) {
      assertEquals(3, left.count());
    }
  }

  @ParameterizedTest
  @CsvSource({"none,1", "rwx------,1", "rwxrwxrwx,0", "r-x------,0"})
  void aReleaseThatCantBeWrittenLearnsInACacheThatNobodyElseWrites(String rights, int made)
      throws Exception {
    Path root = release();
    program(java, LEARNING);
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeTrue(!Files.isWritable(root), "root writes everywhere");
    Path cache = folder.resolve("home/shardwright");
    if (!rights.equals("none")) {
      Files.createDirectories(cache);
      Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString(rights));
    }
    var environment = new java.util.HashMap<>(jdk());
    environment.put("XDG_CACHE_HOME", cache.getParent().toString());
    for (int start = 0; start < 2; start++) {
      Started started = run(environment, "shardwright-1.0/shardwright --version");
      assertEquals("", started.err());
      boolean used = start * made == 1;
      assertEquals(used, started.out().get(0).startsWith(cache + "/"), "" + started.out());
      if (made == 1) {
        try (var files = Files.list(cache)) {
          await(files.findFirst().orElseThrow());
        }
      }
    }
    assertEquals(made == 1 ? "rwx------" : rights, rights(cache));
    assertEquals(made == 1, Files.exists(folder.resolve("builds")));
  }

  /** It is made beside the first start. */
  private static void await(Path archive) throws Exception {
    Path made = archive.resolveSibling(archive.getFileName().toString().replace(".making", ""));
    Path making = made.resolveSibling(made.getFileName() + ".making");
    for (int tries = 0; !Files.exists(made) || Files.exists(making); tries++) {
      assertTrue(tries < 3_000, made + " is not made");
      Thread.sleep(10);
    }
  }

  private static String rights(Path of) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(of));
  }
}

package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in odd surroundings. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no sh")
class LauncherTest extends LauncherPlace {
  private void starts(Path root, Map<String, String> environment, String script) throws Exception {
    var all = new java.util.HashMap<>(jdk());
    all.putAll(environment);
    Started started = run(all, script + " inspect 'a b.nemo' -- -c.nemo --d_e");
    assertEquals(0, started.code(), started.err());
    assertEquals(root.resolve("cli/target/shardwright.jar"), started.jar());
    assertEquals(List.of("inspect", "a b.nemo", "--", "-c.nemo", "--d_e"), started.arguments());
  }

  @Test
  void startsWhereverCdpathLeads() throws Exception {
    Path root = checkout("checkout");
    starts(root, Map.of("CDPATH", folder + ":" + folder.getParent()), "checkout/shardwright");
    starts(root, Map.of("CDPATH", ".:" + root), "cd checkout && ./shardwright");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-n", "--help", "with 'quotes' and $signs"})
  void startsInACheckoutOfAnyName(String name) throws Exception {
    Path root = checkout(name);
    Files.createSymbolicLink(folder.resolve("-link"), Path.of(name, "shardwright"));
    starts(root, Map.of("NAME", name), "\"./$NAME/shardwright\"");
    starts(root, Map.of("NAME", name), "PATH=\"$NAME:$PATH\" && shardwright");
    starts(root, Map.of(), "./-link");
    starts(root, Map.of(), "PATH=\".:$PATH\" && -link");
  }

  @Test
  void takesTheJavaThatMavenTakes() throws Exception {
    Path root = checkout("checkout");
    Path other = program(folder.resolve("other/java"), JAVA);
    String path = other.getParent() + ":" + tools;
    Started home = run(jdk(), "checkout/shardwright --version");
    assertEquals(java.toString(), home.out().get(0).split(" ")[0]);
    Started both =
        run(
            Map.of("JAVA_HOME", jdk().get("JAVA_HOME"), "PATH", path),
            "checkout/shardwright --version");
    assertEquals(java.toString(), both.out().get(0).split(" ")[0]);
    Started found =
        run(Map.of("JAVA_HOME", root.toString(), "PATH", path), "checkout/shardwright --version");
    assertEquals(other.toString(), found.out().get(0).split(" ")[0]);
  }

  @Test
  void saysWhatItLacks() throws Exception {
    checkout("checkout");
    Started noJava = run(Map.of(), "checkout/shardwright --version");
    assertEquals(2, noJava.code());
    assertTrue(noJava.err().startsWith("error: no Java"), noJava.err());
    Files.delete(tools.resolve("mvn"));
    Started noMaven = run(jdk(), "checkout/shardwright --version");
    assertEquals(2, noMaven.code());
    assertTrue(noMaven.err().contains("error: no Maven"), noMaven.err());
  }

  @ParameterizedTest
  @CsvSource({"1.8.0_392,2", "9.0.4,2", "11.0.2,2", "16,2", "17,0", "17.0.9,0", "21.0.1,0", "25,0"})
  void refusesAnOlderJavaByTheVersionThatItsReleaseFileStates(String version, int code)
      throws Exception {
    checkout("checkout");
    String stated = "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n";
    Files.writeString(java.resolveSibling("../release"), stated);
    for (var environment :
        List.of(jdk(), Map.of("PATH", java.getParent() + ":" + tools, "JAVA_HOME", ""))) {
      Started started = run(environment, "checkout/shardwright --version");
      assertEquals(code, started.code(), started.err());
      assertEquals(code == 2, started.err().contains("is Java " + version), started.err());
    }
  }

  @Test
  void givesJavaALocaleThatHasNamesForAllFiles() throws Exception {
    assumeTrue(Files.exists(tools.resolve("locale")), "the system has no locales");
    checkout("checkout");
    for (String locale : List.of("C", "POSIX", "xx_YY.UTF-8")) {
      var environment = new java.util.HashMap<>(jdk());
      environment.put("LC_ALL", locale);
      Started started = run(environment, "checkout/shardwright --version");
      assertTrue(started.out().get(0).endsWith("LC_ALL=C.UTF-8"), locale + started.out());
    }
  }

  @Test
  void buildsOnceWhereItIsStartedTwice() throws Exception {
    assumeTrue(Files.exists(tools.resolve("flock")), "the system has no flock");
    Path root = checkout("checkout");
    var processes = new ArrayList<Process>();
    for (int i = 0; i < 3; i++) {
      processes.add(start(jdk(), "checkout/shardwright --version"));
    }
    for (Process process : processes) {
      var out = process.inputReader().lines().toList();
      assertEquals(0, process.waitFor());
      assertTrue(out.contains("--version"), out.toString());
    }
    assertEquals(1, Files.readAllLines(folder.resolve("builds")).size());
    assertEquals("whole", Files.readString(root.resolve("cli/target/shardwright.jar")));
    assertFalse(Files.exists(root.resolve("cli/target/building")));
  }

  @Test
  void waitsForABuildOfWhichAPartIsThere() throws Exception {
    assumeTrue(Files.exists(tools.resolve("flock")), "the system has no flock");
    Path root = checkout("checkout");
    Path jar = root.resolve("cli/target/shardwright.jar");
    program(java, "#!/bin/sh\ncat \"$JAR\"\n");
    var environment = new java.util.HashMap<>(jdk());
    environment.put("JAR", jar.toString());
    Process first = start(environment, "checkout/shardwright --version");
    while (!Files.exists(jar) && first.isAlive()) {
      Thread.sleep(5);
    }
    Started second = run(environment, "checkout/shardwright --version");
    assertEquals(List.of("whole"), second.out());
    assertEquals(0, first.waitFor());
  }
}

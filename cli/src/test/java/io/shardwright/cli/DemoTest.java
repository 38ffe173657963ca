package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  private static final int JAVA_AND_JAR = 3;

  @TempDir Path folder;

  @Test
  void goesThereAndBackAndShowsIt() throws Exception {
    Path demo = folder.resolve("a demo");
    Run run = Run.of("demo", demo);
    assertEquals(0, run.code(), run.err());
    assertTrue(
        run.out().contains("the same 44 tensors in each; 56 of 56 that came back"), run.out());
    assertTrue(
        run.out().contains("the same 27 tensors in each; 39 of 39 that came back"), run.out());
    assertTrue(run.out().contains("    TP 1    Q2 Q2 K2 V2 Q3 Q3 K3 V3"), run.out());
    Path page = demo.resolve("report.html");
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
    assertTrue(Files.readString(page).contains("SHA-256 of 27 tensors"));
    var next = run.out().lines().filter(line -> line.startsWith("  java -jar ")).toList();
    assertEquals(3, next.size(), run.out());
    for (String command : next) {
      Run pasted = Run.of(ShellWords.of(command).stream().skip(JAVA_AND_JAR).toArray());
      assertEquals(0, pasted.code(), command + pasted.err());
    }
    assertEquals(0, Run.of("demo", demo).code());
  }

  @Test
  void replacesNothingThatIsNotItsOwn() throws IOException {
    for (String name : List.of("vit-tp2.nemo", "report.html", "ABOUT.txt", "llama-tiny")) {
      Path demo = Files.createDirectory(folder.resolve("with " + name));
      Path mine = Files.writeString(demo.resolve(name), "mine");
      Run run = Run.of("demo", demo);
      assertEquals(4, run.code(), run.err());
      assertTrue(run.err().startsWith("error: SW-303"), run.err());
      assertEquals("mine", Files.readString(mine));
      try (var files = Files.list(demo)) {
        assertEquals(List.of(mine), files.toList());
      }
    }
  }

  @Test
  void leavesOtherFilesAlone() throws IOException {
    Path mine = Files.writeString(folder.resolve("notes.txt"), "mine");
    assertEquals(0, Run.of("demo", folder).code());
    Path moved = Files.move(folder.resolve("llama-tiny"), folder.resolve("moved"));
    Files.writeString(moved.resolve("config.json"), "mine");
    Files.createSymbolicLink(folder.resolve("llama-tiny"), moved);
    assertEquals(4, Run.of("demo", folder).code());
    assertEquals("mine", Files.readString(moved.resolve("config.json")));
    assertEquals("mine", Files.readString(mine));
  }

  @Test
  void saysWhatItDidAsData() {
    Run run = Run.of("demo", folder, "--json");
    assertTrue(run.out().contains("\"same\" : true"), run.out());
    SchemaTest.assertMeets("demo", run.out());
    assertFalse(run.out().contains("verified  "), run.out());
  }
}

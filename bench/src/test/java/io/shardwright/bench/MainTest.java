package io.shardwright.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
  @TempDir Path folder;

  @Test
  void refusesWhatItCantMeasureBeforeItMakesAnything() {
    var wrong =
        Map.of(
            "--size=200", "expected such as 200MB or 2GB",
            "--size=0GB", "expected such as 200MB or 2GB",
            "--pairs=0", "expected at least 1",
            "--only=nothing", "expected some of [boot, start, ");
    wrong.forEach(
        (option, words) -> {
          Path work = folder.resolve("work");
          var printed = new StringWriter();
          var line = new CommandLine(new Main()).setErr(new PrintWriter(printed));
          assertEquals(2, line.execute(folder.toString(), "--work=" + work, option), option);
          assertTrue(printed.toString().contains(words), printed.toString());
          assertFalse(Files.exists(work), option);
        });
  }
}

package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher with the real jar and Java. */
@Tag("process")
@EnabledOnOs(OS.LINUX)
class LauncherProcessTest {
  @TempDir Path folder;

  /** With a jar newer than all else, and nothing to learn. */
  @BeforeEach
  void prepare() throws IOException {
    Path target = Files.createDirectories(folder.resolve("checkout/cli/target"));
    Files.writeString(folder.resolve("checkout/pom.xml"), "");
    Path launcher = Files.copy(Path.of("../shardwright"), folder.resolve("checkout/shardwright"));
    assertTrue(launcher.toFile().setExecutable(true));
    Files.copy(Path.of(System.getProperty("shardwright.jar")), target.resolve("shardwright.jar"));
    Files.createFile(target.resolve("shardwright.jsa"));
    Run.vit(folder);
  }

  private Run shell(String script) throws Exception {
    var shell = new ProcessBuilder("sh", "-c", script).directory(folder.toFile());
    shell.environment().put("JAVA_HOME", System.getProperty("java.home"));
    shell.environment().put("LC_ALL", "C");
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    shell.redirectOutput(out.toFile()).redirectError(err.toFile());
    int code = shell.start().waitFor();
    return new Run(code, text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  @Test
  void readsAndWritesFilesOfAnyNameInThePosixLocale() throws Exception {
    Run made = shell("mkdir $(printf 'd\\303\\251') && mv vit-tp1.nemo d*/");
    assertEquals(0, made.code(), made.err());
    String target = "$(printf '\\344\\270\\255').nemo";
    String options = " --tp 2 --no-progress";
    Run run = shell("cd d* && ../checkout/shardwright reshard vit-tp1.nemo " + target + options);
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().startsWith("\u4e2d.nemo: "), run.out());
  }

  @ParameterizedTest
  @CsvSource({">&-,5", ">&- <&-,5", ">&- <&- 2>&-,5", ">/dev/full,5", "<&- 2>&-,0"})
  void tellsWhetherResultsCouldBeWritten(String redirection, int code) throws Exception {
    Run run = shell("checkout/shardwright inspect vit-tp1.nemo " + redirection);
    assertEquals(code, run.code(), run.err());
  }
}

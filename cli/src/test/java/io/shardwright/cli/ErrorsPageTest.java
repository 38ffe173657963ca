package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorsPageTest {
  @Test
  void listsEveryCodeWithItsExitCode() throws IOException {
    List<String> listed =
        Files.readAllLines(Path.of("../docs/errors.md")).stream()
            .filter(line -> line.startsWith("| SW-"))
            .map(line -> line.split("\\|"))
            .map(cells -> cells[1].strip() + " " + cells[cells.length - 1].strip())
            .toList();
    List<String> expected =
        Arrays.stream(ErrorCode.values())
            .map(code -> code.code() + " " + ExitCode.of(code))
            .toList();
    assertEquals(expected, listed);
  }
}

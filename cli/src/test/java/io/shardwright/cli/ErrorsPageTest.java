package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/errors.md is made from the codes' javadoc: {@code mvn -pl cli -am test -Dtest=ErrorsPageTest
 * -Dshardwright.rewrite=true} writes it.
 */
class ErrorsPageTest {
  private static final Path SOURCE =
      Path.of("../spi/src/main/java/io/shardwright/spi/error/ErrorCode.java");
  private static final Path PAGE = Path.of("../docs/errors.md");
  private static final Pattern CODE =
      Pattern.compile("/\\*\\*([^/]*?)\\*/\\s+([A-Z_]+)\\(\\s*[0-9]+,\\s*Kind");

  @Test
  void isMadeFromTheCodes() throws IOException {
    String page =
        Arrays.stream(ErrorCode.values())
            .map(code -> row(code, javadoc().get(code.name())))
            .collect(Collectors.joining("\n", HEAD, "\n"));
    if (Boolean.getBoolean("shardwright.rewrite")) {
      Files.writeString(PAGE, page);
    }
    assertEquals(page, Files.readString(PAGE));
  }

  private static final String HEAD =
      """
      # Errors

      Every error begins with one of these codes, `error: SW-204 file: …`; the numbers are stable. The message itself says what, where, expected against found, and
      what to do; this page is made from the codes' descriptions. With `--json` a refusal is also an object on stdout: `{"error": {"code": "SW-204", "message": …}}`.

      | code | meaning | what to do | exit code |
      |---|---|---|---|
      """;

  private static String row(ErrorCode code, String meaning) {
    assertFalse(code.remedy().isBlank(), code + " needs a remedy");
    var cells =
        Stream.of(code.code(), markdown(meaning), code.remedy(Flags::words), ExitCode.of(code));
    return cells.map(String::valueOf).collect(Collectors.joining(" | ", "| ", " |"));
  }

  private static String markdown(String paragraph) {
    return paragraph.replaceAll("\\{@code ([^}]*)}", "`$1`").replaceAll("\\s+", " ").strip();
  }

  /** Every constant's comment. */
  private static Map<String, String> javadoc() {
    var found = new LinkedHashMap<String, String>();
    try {
      var codes = CODE.matcher(Files.readString(SOURCE));
      while (codes.find()) {
        String text = codes.group(1).replaceAll("(?m)^ *\\* ?", "");
        found.put(codes.group(2), text);
      }
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
    return found;
  }

  @Test
  void noNumberStandsTwice() {
    var numbers = Arrays.stream(ErrorCode.values()).map(ErrorCode::code).distinct().count();
    assertTrue(numbers == ErrorCode.values().length);
  }
}

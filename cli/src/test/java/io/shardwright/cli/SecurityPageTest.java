package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class SecurityPageTest {
  @Test
  void listsEveryLimitAsItIs() throws IOException {
    List<String> listed =
        Files.readAllLines(Path.of("../SECURITY.md")).stream()
            .filter(line -> line.startsWith("| `--max-"))
            .toList();
    assertEquals(Arrays.stream(Limit.values()).map(SecurityPageTest::row).toList(), listed);
  }

  private static String row(Limit limit) {
    String number =
        limit.standard() == Limits.OF_THE_MACHINE
            ? "of the machine"
            : limit.unit() == Limit.Unit.BYTES
                ? Sizes.bytes(limit.standard())
                : String.format(Locale.ROOT, "%,d", limit.standard());
    return String.join(
        " | ", "| `" + Flags.of(limit) + "`", number, limit.counted(), limit.reason() + " |");
  }
}

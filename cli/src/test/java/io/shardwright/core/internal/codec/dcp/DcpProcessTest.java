package io.shardwright.core.internal.codec.dcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DcpProcessTest {
  private static final int FOLDERS = 60;

  @TempDir Path folder;

  @Test
  @Tag("interop")
  void pytorchReadsWhatIsWritten() throws Exception {
    for (long seed = 0; seed < FOLDERS; seed++) {
      DcpFixture files = new RandomCheckpoint(seed).files;
      Path written = Files.createDirectory(folder.resolve(Long.toString(seed)));
      for (var file : files.files().entrySet()) {
        Files.write(written.resolve(file.getKey()), file.getValue());
      }
      Files.write(folder.resolve(seed + ".tsv"), files.sums());
    }
    Process check =
        new ProcessBuilder(
                "python3", "src/test/python/interop.py", "check_dcp.py", folder.toString())
            .redirectErrorStream(true)
            .start();
    String out = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, check.waitFor(), out);
  }
}

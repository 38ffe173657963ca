package io.shardwright.core.internal.codec.dcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.spi.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DcpProcessTest {
  /** PyTorch 2.2.2 has no larger unsigned integers and no powers of two; NumPy no complex32. */
  private static final List<DType> DTYPES =
      Stream.of(DType.values())
          .filter(dtype -> !dtype.torchName().matches("uint(16|32|64)|float8_e8m0fnu|complex32"))
          .toList();

  private static final int FOLDERS = 20;

  @TempDir Path folder;

  @Test
  @Tag("interop")
  void pytorchReadsWhatIsWritten() throws Exception {
    for (long seed = 0; seed < FOLDERS; seed++) {
      DcpFixture files = new RandomCheckpoint(seed, DTYPES, Form.TORCH_2_1).files;
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

package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.GridOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.format.CoreVersion;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchDistProcessTest {
  /** The last with the older names in {@code .metadata}, and the newest. */
  private static final List<GridOptions> FORMS =
      List.of(
          new GridOptions(
              Optional.of(new CoreVersion(0, 7)), OptionalInt.empty(), OptionalLong.empty()),
          GridOptions.DEFAULT);

  @TempDir Path folder;

  /** Iterations of Megatron-Bridge and Megatron-LM, and a folder alone, on several ranks. */
  @Test
  @Tag("interop")
  void pytorchReadsFoldersOfMegatronThatAreWritten() throws Exception {
    Path source = MegatronRoot.in(folder).root();
    Path read = Files.createDirectory(folder.resolve("read"));
    for (String format : List.of("bridge", "megatron", "torch_dist")) {
      for (GridOptions form : FORMS) {
        String name = format + FORMS.indexOf(form);
        Path target = folder.resolve(name);
        Order.of(source, target)
            .to(new TargetFormat(format))
            .grid(2, 1)
            .with(parts -> parts.gridOptions(form))
            .done();
        Path iteration = target.resolve("iter_0000007");
        Files.move(Files.exists(iteration) ? iteration : target, read.resolve(name));
        String sums = String.join("\n", Checkpoints.tensors(read.resolve(name))) + "\n";
        Files.writeString(read.resolve(name + ".tsv"), sums);
      }
    }
    Process check =
        new ProcessBuilder("python3", "src/test/python/interop.py", "check_dcp.py", read.toString())
            .redirectErrorStream(true)
            .start();
    String out = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, check.waitFor(), out);
  }
}

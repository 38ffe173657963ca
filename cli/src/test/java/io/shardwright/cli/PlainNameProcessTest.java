package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names without a folder, in the folder where the program is started. */
@Tag("process")
class PlainNameProcessTest {
  @TempDir Path folder;

  @Test
  void aTargetNeedsNoFolderPart() throws IOException, InterruptedException {
    Run.vit(folder);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Path.of(System.getProperty("shardwright.jar")).toAbsolutePath().toString(),
                "megatron_change_num_partitions",
                "--model_file=vit-tp1.nemo",
                "--target_file=target.nemo",
                "--target_tensor_model_parallel_size=2",
                "--target_pipeline_model_parallel_size=1")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    assertTrue(Files.exists(folder.resolve("target.nemo")), out);
  }
}

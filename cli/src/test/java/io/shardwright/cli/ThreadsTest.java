package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreadsTest {
  @TempDir Path folder;

  @Test
  void writesTheSameBytesOnAnyNumberOfThreads() throws IOException {
    Path source = Run.vit(folder);
    for (String tp : new String[] {"1", "2", "4"}) {
      byte[] alone = reshard(source, tp, 1);
      for (int threads = 2; threads <= 5; threads++) {
        assertEquals(
            -1,
            Files.mismatch(reshardTo(source, tp, threads), write(alone)),
            "TP " + tp + " on " + threads + " threads");
      }
    }
  }

  private byte[] reshard(Path source, String tp, int threads) throws IOException {
    return Files.readAllBytes(reshardTo(source, tp, threads));
  }

  private Path reshardTo(Path source, String tp, int threads) {
    Path target = folder.resolve("out.nemo");
    var run =
        Run.of("reshard", source, target, "--tp", tp, "--threads", threads, "--overwrite", "-q");
    assertEquals(0, run.code(), run.err());
    return target;
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("alone.nemo"), bytes);
  }

  @Test
  void findsADamagedSourceOnAnyNumberOfThreads() throws IOException {
    Path source = Run.vit(folder);
    byte[] bytes = Files.readAllBytes(source);
    int middle = bytes.length / 2;
    bytes[middle] ^= 1;
    Files.write(source, bytes);
    for (int threads = 1; threads <= 3; threads++) {
      Path target = folder.resolve("damaged.nemo");
      var run = Run.of("reshard", source, target, "--tp", 1, "--threads", threads);
      assertEquals(3, run.code(), run.err());
      assertTrue(run.err().contains("CRC-32 that the file states"), run.err());
      assertFalse(Files.exists(target));
    }
  }

  @Test
  void refusesToWorkWithoutAThread() throws IOException {
    Path source = Run.vit(folder);
    for (Object[] command :
        new Object[][] {
          {"reshard", source, folder.resolve("out.nemo")},
          {"verify", source},
          {"inspect", source},
          {"diff", source, source}
        }) {
      for (int threads : new int[] {0, -3}) {
        Object[] words = Arrays.copyOf(command, command.length + 2);
        words[command.length] = "--threads";
        words[command.length + 1] = threads;
        var run = Run.of(words);
        assertEquals(2, run.code(), run.err());
        String problem = "--threads is " + threads + ", expected 1 to";
        assertTrue(run.err().contains(problem), run.err());
      }
    }
  }
}

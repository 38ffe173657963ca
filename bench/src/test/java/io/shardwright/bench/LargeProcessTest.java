package io.shardwright.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.bench.input.Decoder;
import io.shardwright.bench.input.HuggingFaceInput;
import io.shardwright.bench.input.HuggingFaceParts;
import io.shardwright.bench.input.Marks;
import io.shardwright.bench.input.NemoInput;
import io.shardwright.bench.input.RankParts;
import io.shardwright.bench.input.Values;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large checkpoints with a small heap, in a process of their own. */
@Tag("large")
class LargeProcessTest {
  private static final long THREE_GIGABYTES = 3_000_000_000L;
  private static final int RANKS = 8;

  @TempDir Path folder;

  @Test
  void reshardsThreeGigabytesInTwoHundredFiftySixMegabytes() throws Exception {
    var model = new RankParts(Decoder.ofSize(THREE_GIGABYTES, true), 1, 1);
    Path large = folder.resolve("large.nemo");
    new NemoInput(model, new Values()).archive(large);
    Path out = folder.resolve("out.nemo");
    jar("reshard", large, out, "--tp", "2", "--no-progress");
    Path back = folder.resolve("back.nemo");
    jar("reshard", out, back, "--tp", "1", "--vocab-size", "32000", "--no-progress");
    assertEquals(-1, Files.mismatch(large, back));
  }

  @Test
  void reshardsTheFirstLayersOfSeventyBillion() throws Exception {
    var grid = new RankParts(Decoder.SEVENTY_BILLION, 1, 1);
    new NemoInput(grid, new Marks()).folder(folder);
    requireMarks(Marks.count(grid.of(0, 0), RANKS));
  }

  @Test
  void convertsTheFirstLayersOfSeventyBillion() throws Exception {
    HuggingFaceInput.folder(folder, Decoder.SEVENTY_BILLION, new Marks());
    requireMarks(Marks.count(new HuggingFaceParts(Decoder.SEVENTY_BILLION).all(), RANKS));
  }

  private void requireMarks(long marks) throws Exception {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    String printed =
        start("-cp", classes, SparseRun.class.getName(), folder, Integer.toString(RANKS), "1");
    assertTrue(printed.contains(marks + " marks right"), printed);
  }

  private static void jar(Object... args) throws Exception {
    var command = new ArrayList<Object>(List.of("-jar", System.getProperty("shardwright.jar")));
    command.addAll(List.of(args));
    start(command.toArray());
  }

  private static String start(Object... args) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(String.join(File.separator, System.getProperty("java.home"), "bin", "java"));
    command.add("-Xmx256m");
    for (Object arg : args) {
      command.add(arg.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    return out;
  }
}

package io.shardwright.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardwright.bench.measure.Reading;
import io.shardwright.bench.measure.Spread;
import io.shardwright.bench.measure.Stopwatch;
import io.shardwright.bench.measure.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasureTest {
  private static final int BYTES = 3_000_000;

  @TempDir Path folder;
  private Stopwatch stopwatch;

  @BeforeEach
  void prepare() {
    stopwatch = new Stopwatch(Path.of("src/main/python/stopwatch.py").toAbsolutePath(), folder);
  }

  private static void assumePython() {
    boolean linux = Files.exists(Path.of("/proc/self/io"));
    assumeTrue(linux && Files.exists(Path.of("/usr/bin/env")) && python(), "needs Python on Linux");
  }

  private static boolean python() {
    try {
      return new ProcessBuilder("python3", "-c", "").start().waitFor() == 0;
    } catch (IOException | InterruptedException none) {
      return false;
    }
  }

  @Test
  void countsTheBytesThatAProcessAndItsChildrenMove() throws IOException {
    assumePython();
    Path from = Files.write(folder.resolve("from"), new byte[BYTES]);
    String copy = "cat %s > %s.out".formatted(from, from);
    Reading reading = stopwatch.run(List.of("sh", "-c", copy + "; exit 0"));
    assertEquals(1, (double) reading.writtenBytes() / BYTES, 0.01);
    assertEquals(1, (double) reading.readBytes() / BYTES, 0.05);
    assertTrue(reading.peakBytes() > 500_000 && reading.seconds() > 0);
    assertTrue(reading.samples().isEmpty());
  }

  @Test
  void samplesMemoryOnTheWay() {
    assumePython();
    Reading reading = stopwatch.sampled(10, List.of("sleep", "0.2"));
    assertTrue(reading.samples().size() > 3, reading.toString());
  }

  @Test
  void saysWhatAFailedCommandPrinted() {
    assumePython();
    var failed =
        assertThrows(
            IllegalStateException.class,
            () -> stopwatch.run(List.of("sh", "-c", "echo too bad; exit 3")));
    assertTrue(failed.getMessage().contains("too bad"), failed.getMessage());
  }

  @Test
  void theMedianLiesInTheMiddle() {
    assertEquals(new Spread(2, 1, 9), Spread.of(List.of(9.0, 1.0, 2.0)));
    assertEquals(new Spread(2.5, 1, 9), Spread.of(List.of(9.0, 1.0, 2.0, 3.0)));
  }

  @Test
  void refusesADiskThatIsTooSmall() {
    var place = new Workplace(folder);
    place.require(1);
    var refusal =
        assertThrows(IllegalStateException.class, () -> place.require(Long.MAX_VALUE / 2));
    assertTrue(refusal.getMessage().contains("--work"), refusal.getMessage());
  }

  @Test
  void removesFoldersWithAllTheyHold() throws IOException {
    Path inner = Files.createDirectories(folder.resolve("a/b"));
    Files.write(inner.resolve("c"), new byte[10]);
    assertEquals(10, Workplace.size(folder.resolve("a")));
    Workplace.delete(folder.resolve("a"));
    assertFalse(Files.exists(folder.resolve("a")));
  }

  @Test
  void casesHaveNamesOfTheirOwn() {
    var ids = Cases.all().stream().map(Case::id).toList();
    assertEquals(ids.size(), new HashSet<>(ids).size());
    assertTrue(ids.containsAll(List.of("tp1-2", "tp1-8", "tp8-1", "pp", "hf", "cast", "rows")));
  }
}

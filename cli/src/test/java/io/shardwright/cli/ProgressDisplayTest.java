package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import io.shardwright.core.ProgressListener.Phase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressDisplayTest {
  private static final long SECOND = 1_000_000_000;

  @TempDir Path folder;

  private final AtomicLong now = new AtomicLong();
  private final StringWriter err = new StringWriter();

  private ProgressDisplay display(ProgressDisplay.Form form) {
    var screen =
        new Screen(new PrintWriter(err), new PrintWriter(err), true, new Environment(Map.of()));
    return new ProgressDisplay(screen, form, now::get);
  }

  /** A phase of so many seconds in hundredths. */
  private void run(ProgressDisplay display, Phase phase, long seconds) {
    for (int done = 0; done <= 100; done++) {
      display.advanced(phase, done, 100);
      now.addAndGet(seconds * SECOND / 100);
    }
  }

  @Test
  void showsPeopleNothingOfAShortRun() {
    for (var form : List.of(ProgressDisplay.Form.LINE, ProgressDisplay.Form.TENTHS)) {
      now.set(0);
      ProgressDisplay display = display(form);
      for (int done = 0; done <= 100; done++) {
        display.advanced(Phase.COPY, done, 100);
        now.addAndGet(SECOND / 102);
      }
      display.end();
      assertEquals("", err.toString(), form.name());
    }
  }

  @Test
  void redrawsOneLineThatTheTerminalCutsAtItsWidth() {
    run(display(ProgressDisplay.Form.LINE), Phase.COPY, 20);
    List<String> drawn = List.of(err.toString().split("\r"));
    assertTrue(drawn.size() > 50, err.toString());
    for (String line : drawn.subList(1, drawn.size())) {
      assertTrue(line.startsWith("\u001b[?7l") && line.contains("\u001b[?7h"), line);
    }
    assertEquals(1, err.toString().chars().filter(c -> c == '\n').count());
    assertTrue(drawn.get(1).contains("copy "), drawn.get(1));
    assertTrue(err.toString().endsWith(System.lineSeparator()), err.toString());
  }

  @Test
  void leavesALineThatIsOpenOnce() {
    ProgressDisplay display = display(ProgressDisplay.Form.LINE);
    now.addAndGet(2 * SECOND);
    display.advanced(Phase.COPY, 50, 100);
    display.end();
    display.end();
    assertEquals(1, err.toString().chars().filter(c -> c == '\n').count(), err.toString());
  }

  @Test
  void printsALineForEveryTenthOfALongRun() {
    run(display(ProgressDisplay.Form.TENTHS), Phase.VERIFY, 20);
    List<String> lines = err.toString().lines().toList();
    assertEquals(10, lines.size(), err.toString());
    assertEquals("verify 10 %", lines.get(0));
    assertEquals("verify 100 %", lines.get(9));
  }

  @Test
  void jsonHasALineForStartEndAndEverySecondOfAPhase() throws IOException {
    ProgressDisplay display = display(ProgressDisplay.Form.JSON);
    run(display, Phase.COPY, 3);
    run(display, Phase.VERIFY, 0);
    List<String> lines = err.toString().lines().toList();
    assertEquals(6, lines.size(), err.toString());
    for (String line : lines) {
      try (var json = new JsonFactory().createParser(line)) {
        while (json.nextToken() != null) {
          assertTrue(json.currentName() == null || json.currentName().matches("[a-z_]+"));
        }
      }
    }
    assertTrue(lines.get(0).contains("\"bytes_done\":0,\"bytes_total\":100"), lines.get(0));
    assertTrue(lines.get(5).contains("\"phase\":\"verify\",\"bytes_done\":100"), lines.get(5));
  }

  @Test
  void aCommandPrintsEventsWhereTheyAreAskedFor() throws IOException {
    Path vit = Run.vit(folder);
    Run run = Run.of("verify", vit, "--progress", "json", "-q");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().lines().allMatch(line -> line.contains("\"event\":\"progress\"")));
    assertEquals("", Run.of("verify", vit, "--progress", "json", "--no-progress").err());
  }

  @Test
  void aPlanWhoseTargetDoesNotFitEndsWithFive() throws IOException {
    Path source = folder.resolve("huge.safetensors");
    long bytes = Files.getFileStore(folder).getUsableSpace() + (1L << 30) & -4;
    String header =
        String.format(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}", bytes / 4, bytes);
    header += " ".repeat(8 - header.length() % 8);
    try (var file = new java.io.RandomAccessFile(source.toFile(), "rw")) {
      file.writeLong(Long.reverseBytes(header.length()));
      file.writeBytes(header);
      file.setLength(8 + header.length() + bytes);
    }
    Run run = Run.of("plan", source, "--to", "safetensors", "--json");
    assertEquals(5, run.code(), run.err());
    assertTrue(run.out().contains("\"fits_on_disk\" : false"), run.out());
    assertTrue(Run.of("plan", source, "--to", "safetensors").out().contains("too little"));
  }
}

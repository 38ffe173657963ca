package io.shardwright.core.internal.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.CastLosses;
import io.shardwright.core.internal.execute.CrcRanges.Range;
import io.shardwright.core.internal.execute.Journal.Entry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepJournalTest {
  @TempDir Path folder;

  private StepJournal begin(Path path) throws IOException {
    return StepJournal.begin(path, "identity", new WriteFailure(path, 1));
  }

  private static StepJournal resume(Path path) throws IOException {
    return StepJournal.resume(path, new WriteFailure(path, 1));
  }

  private static Entry entry(Random random) {
    var targets = new ArrayList<List<Range>>();
    for (int target = random.nextInt(4); target >= 0; target--) {
      var ranges = new ArrayList<Range>();
      for (int range = random.nextInt(4); range > 0; range--) {
        ranges.add(
            new Range(
                random.nextLong(1L << 58), random.nextLong(1L << 58), random.nextLong(1L << 32)));
      }
      targets.add(ranges);
    }
    var losses = new CastLosses(random.nextInt(9), random.nextLong(1L << 40), random.nextInt(9));
    return new Entry(targets, random.nextBoolean(), losses);
  }

  @Test
  void tellsWhatItWasTold() throws IOException {
    for (long seed = 0; seed < 50; seed++) {
      var random = new Random(seed);
      Path path = folder.resolve("journal" + seed);
      var told = new ArrayList<Entry>();
      try (var journal = begin(path)) {
        for (int step = 0; step < 5; step++) {
          told.add(entry(random));
          journal.add(step, told.get(step));
          assertEquals(
              Optional.empty(), journal.entry(step), "only an earlier run's, seed " + seed);
        }
      }
      assertTrue(StepJournal.isOf(path, "identity"));
      assertFalse(StepJournal.isOf(path, "another"));
      try (var journal = resume(path)) {
        for (int step = 0; step < 5; step++) {
          assertEquals(Optional.of(told.get(step)), journal.entry(step), "seed " + seed);
        }
        assertEquals(Optional.empty(), journal.entry(5));
      }
    }
  }

  @Test
  void passesOverWhatIsTornAtAnyByteAndGoesOn() throws IOException {
    var random = new Random(1);
    Path path = folder.resolve("journal");
    Entry first = entry(random);
    Entry second = entry(random);
    try (var journal = begin(path)) {
      journal.add(0, first);
      journal.add(1, second);
    }
    byte[] whole = Files.readAllBytes(path);
    for (int length = 0; length < whole.length; length++) {
      Files.write(path, Arrays.copyOf(whole, length));
      try (var journal = resume(path)) {
        assertTrue(
            journal.entry(0).filter(first::equals).isPresent() || journal.entry(0).isEmpty());
        assertTrue(length > whole.length - 2 || journal.entry(1).isEmpty(), length + " bytes");
        journal.add(1, second);
      }
      try (var journal = resume(path)) {
        assertEquals(Optional.of(second), journal.entry(1), "torn after " + length + " bytes");
      }
    }
  }

  @Test
  void passesOverLinesWithOneWrongByte() throws IOException {
    var random = new Random(2);
    Path path = folder.resolve("journal");
    Entry told = entry(random);
    try (var journal = begin(path)) {
      journal.add(0, told);
    }
    byte[] whole = Files.readAllBytes(path);
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= (byte) (1 + random.nextInt(255));
      Files.write(path, changed);
      try (var journal = resume(path)) {
        var found = journal.entry(0);
        assertTrue(found.isEmpty() || found.get().equals(told), "byte " + at);
      }
    }
  }

  @Test
  void passesOverLinesThatAreNoSteps() throws IOException {
    Path path = folder.resolve("journal");
    Entry told = entry(new Random(3));
    try (var journal = begin(path)) {
      journal.add(7, told);
    }
    String huge = "9".repeat(40);
    for (String line :
        List.of(
            "",
            "0",
            "-1 intact 0 0 0 -",
            huge + " intact 0 0 0 -",
            "0 maybe 0 0 0 -",
            "0 intact 0 0 0",
            "0 intact NaN 0 0 0+1=0",
            "0 intact -1 0 0 0+1=0",
            "0 intact 0 " + huge + " 0 0+1=0",
            "0 intact 0 0 0 0+" + huge + "=0",
            "0 intact 0 0 0 " + huge + "+1=0",
            "0 intact 0 0 0 -1+1=0",
            "0 intact 0 0 0 0+1=-1",
            "0 intact 0 0 0 0+1=" + "f".repeat(9),
            "0 intact 0 0 0 0+1",
            "0 intact 0 0 0 0+1=0,",
            "0 intact 0 0 0 1e3+1=0",
            "0 intact 0 0 0  0+1=0",
            "\u0660 intact 0 0 0 0+1=0")) {
      append(path, line);
    }
    append(path, "1".repeat(20 << 20));
    try (var journal = resume(path)) {
      assertEquals(Optional.empty(), journal.entry(0));
      assertEquals(Optional.of(told), journal.entry(7));
    }
  }

  /** With the right checksum, as anybody can write it. */
  private static void append(Path path, String line) throws IOException {
    var crc = new CRC32();
    crc.update(line.getBytes(StandardCharsets.UTF_8));
    String whole = line + " #" + Long.toHexString(crc.getValue()) + "\n";
    Files.writeString(path, whole, StandardOpenOption.APPEND);
  }
}

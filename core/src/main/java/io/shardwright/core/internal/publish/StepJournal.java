package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.CastLosses;
import io.shardwright.core.internal.execute.CrcPieces.Range;
import io.shardwright.core.internal.execute.Journal;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * A text file beside what is staged: the run's identity, then a line for every step that is done.
 * Each line ends with its own CRC-32, so that torn ones are passed over. A line is written after
 * its step's bytes; nothing is forced to disk, since whoever reads a line compares the bytes
 * (docs/adr/0016).
 *
 * <pre>{@code
 * 12 intact 0 0 0 0+4096=9ae0daaf 0+2048=76d9a8a4,2048+2048=1f2e3d4c #5d2b1f3a
 * }</pre>
 *
 * <p>A step's number, whether its source was checked, what its casts lost, and for each target the
 * ranges {@code offset+length=CRC-32}, or {@code -} where it has no bytes.
 */
final class StepJournal implements Journal, AutoCloseable {
  private static final int FIXED_FIELDS = 5;

  private final FileChannel channel;
  private final WriteFailure failure;
  private final Map<Integer, Entry> entries = new HashMap<>();

  private StepJournal(FileChannel channel, WriteFailure failure) {
    this.channel = channel;
    this.failure = failure;
  }

  /** Begins a new journal. */
  static StepJournal begin(Path path, String identity, WriteFailure failure) throws IOException {
    var journal = new StepJournal(open(path, StandardOpenOption.CREATE_NEW), failure);
    journal.write(identity);
    return journal;
  }

  /** Goes on with a journal. */
  static StepJournal resume(Path path, WriteFailure failure) throws IOException {
    var journal = new StepJournal(open(path, StandardOpenOption.APPEND), failure);
    lines(path, journal::take);
    journal.write("");
    return journal;
  }

  private static FileChannel open(Path path, StandardOpenOption how) throws IOException {
    return FileChannel.open(path, StandardOpenOption.WRITE, how);
  }

  /** Whether there is a journal of a run with this identity. */
  static boolean isOf(Path path, String identity) throws IOException {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    var first = new ArrayList<String>();
    lines(path, first::add);
    return !first.isEmpty() && first.get(0).equals(identity);
  }

  private static void lines(Path path, Consumer<String> each) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(path, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int mark = line.lastIndexOf(" #");
        if (mark >= 0 && line.substring(mark + 2).equals(crc(line.substring(0, mark)))) {
          each.accept(line.substring(0, mark));
        }
      }
    }
  }

  private static String crc(String text) {
    var crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
    return Long.toHexString(crc.getValue());
  }

  private void take(String line) {
    String[] fields = line.split(" ");
    if (fields.length <= FIXED_FIELDS) {
      return;
    }
    var ranges = new ArrayList<List<Range>>();
    for (int target = FIXED_FIELDS; target < fields.length; target++) {
      ranges.add(ranges(fields[target]));
    }
    var losses =
        new CastLosses(
            Long.parseLong(fields[2]), Long.parseLong(fields[3]), Long.parseLong(fields[4]));
    boolean intact = fields[1].equals("intact");
    entries.put(Integer.parseInt(fields[0]), new Entry(ranges, intact, losses));
  }

  private static List<Range> ranges(String field) {
    var ranges = new ArrayList<Range>();
    if (!field.equals("-")) {
      for (String range : field.split(",")) {
        String[] numbers = range.split("[+=]");
        ranges.add(
            new Range(
                Long.parseLong(numbers[0]),
                Long.parseLong(numbers[1]),
                Long.parseLong(numbers[2], 16)));
      }
    }
    return ranges;
  }

  @Override
  public Optional<Entry> entry(int step) {
    return Optional.ofNullable(entries.get(step));
  }

  @Override
  public void add(int step, Entry entry) {
    var losses = entry.losses();
    var line = new StringBuilder();
    line.append(step).append(entry.sourceIntact() ? " intact " : " unchecked ");
    line.append(losses.overflowed()).append(' ').append(losses.underflowed());
    line.append(' ').append(losses.inexact());
    entry.ranges().forEach(ranges -> line.append(' ').append(text(ranges)));
    try {
      write(line.toString());
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  private static String text(List<Range> ranges) {
    var texts =
        ranges.stream()
            .map(r -> r.offset() + "+" + r.length() + "=" + Long.toHexString(r.crc()))
            .toList();
    return texts.isEmpty() ? "-" : String.join(",", texts);
  }

  private synchronized void write(String line) throws IOException {
    String whole = line + " #" + crc(line) + "\n";
    ByteBuffer bytes = ByteBuffer.wrap(whole.getBytes(StandardCharsets.ISO_8859_1));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

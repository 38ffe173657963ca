package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.CastLosses;
import io.shardwright.core.internal.execute.CrcRanges.Range;
import io.shardwright.core.internal.execute.Journal;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
  /**
   * Longer than any: a step's targets have 16,384 ranges at most, and hardly ever more than one.
   */
  private static final int LONGEST_LINE = 1 << 24;

  private static final Pattern LINE =
      Pattern.compile("(\\d{1,9}) (intact|unchecked) (\\d{1,18}) (\\d{1,18}) (\\d{1,18}) (.+)");

  private final FileChannel channel;
  private final WriteFailure failure;
  private final Map<Integer, Entry> entries = new HashMap<>();
  private volatile boolean steps;

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
    return FileChannel.open(path, StandardOpenOption.WRITE, how, LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether there is a journal of a run with this identity. */
  static boolean isOf(Path path, String identity) throws IOException {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    var first = new ArrayList<String>();
    lines(path, first::add);
    return !first.isEmpty() && first.get(0).equals(identity);
  }

  private static void lines(Path path, Consumer<String> each) throws IOException {
    try (var journal =
        new BufferedInputStream(Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS))) {
      var line = new ByteArrayOutputStream();
      for (int next = journal.read(); next >= 0; next = journal.read()) {
        if (next == '\n') {
          checked(line.toString(StandardCharsets.ISO_8859_1)).ifPresent(each);
          line.reset();
        } else if (line.size() < LONGEST_LINE) {
          line.write(next);
        }
      }
    }
  }

  /** What stands before a line's checksum, if that is right. */
  private static Optional<String> checked(String line) {
    int mark = line.lastIndexOf(" #");
    return mark >= 0 && line.substring(mark + 2).equals(crc(line.substring(0, mark)))
        ? Optional.of(line.substring(0, mark))
        : Optional.empty();
  }

  private static String crc(String text) {
    return Long.toHexString(ContentHash.crc(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** Whoever may write here can write anything: what is no step's line is passed over. */
  private void take(String text) {
    var line = LINE.matcher(text);
    if (!line.matches()) {
      return;
    }
    var ranges = new ArrayList<List<Range>>();
    for (String field : line.group(6).split(" ")) {
      var told = Range.parse(field);
      if (told.isEmpty()) {
        return;
      }
      ranges.add(told.get());
    }
    var losses = new CastLosses(number(line, 3), number(line, 4), number(line, 5));
    boolean intact = line.group(2).equals("intact");
    steps = true;
    entries.put((int) number(line, 1), new Entry(ranges, intact, losses));
  }

  private static long number(Matcher found, int group) {
    return Long.parseLong(found.group(group));
  }

  /** Whether a step is complete, of this run or of the one that it continues. */
  boolean hasSteps() {
    return steps;
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
    entry.ranges().forEach(ranges -> line.append(' ').append(Range.text(ranges)));
    try {
      write(line.toString());
      steps = true;
    } catch (IOException problem) {
      throw failure.of(problem);
    }
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

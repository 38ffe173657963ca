package io.shardwright.core.internal.execute;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Collects CRC-32s of ranges of a sequence of bytes, in any order and from any thread, and combines
 * adjacent ranges.
 */
public final class CrcRanges {
  /** Beyond that many ranges, reading the bytes once more is cheaper than keeping count. */
  private static final int MOST = 1 << 14;

  private static final Pattern RANGE = Pattern.compile("(\\d{1,18})\\+(\\d{1,18})=([0-9a-f]{1,8})");
  private static final String NONE = "-";

  /** Bytes and their CRC-32. */
  public record Range(long offset, long length, long crc) {
    /** Ranges as {@code offset+length=CRC-32}, or {@code -} where there is none. */
    public static String text(List<Range> ranges) {
      return ranges.isEmpty()
          ? NONE
          : ranges.stream()
              .map(r -> r.offset() + "+" + r.length() + "=" + Long.toHexString(r.crc()))
              .collect(Collectors.joining(","));
    }

    /** What {@link #text} wrote; empty where it is anything else. */
    public static Optional<List<Range>> parse(String text) {
      var ranges = new ArrayList<Range>();
      for (String each : text.equals(NONE) ? new String[0] : text.split(",", -1)) {
        var range = RANGE.matcher(each);
        if (!range.matches()) {
          return Optional.empty();
        }
        long crc = Long.parseLong(range.group(3), 16);
        ranges.add(new Range(number(range, 1), number(range, 2), crc));
      }
      return Optional.of(ranges);
    }

    private static long number(Matcher found, int group) {
      return Long.parseLong(found.group(group));
    }

    long end() {
      return offset + length;
    }

    Range and(Range next) {
      return new Range(
          offset,
          Math.addExact(length, next.length),
          Crc32Combination.of(crc, next.crc, next.length));
    }
  }

  private final TreeMap<Long, Range> ranges = new TreeMap<>();
  private boolean lost;
  private long told;

  /** Takes a range. */
  public synchronized void add(long offset, long length, long crc) {
    told += length;
    if (lost || length == 0) {
      return;
    }
    var before = ranges.floorEntry(offset);
    var after = ranges.ceilingEntry(offset);
    boolean overlaps =
        before != null && before.getValue().end() > offset
            || after != null && after.getKey() < offset + length;
    if (overlaps || ranges.size() >= MOST) {
      lost = true;
      ranges.clear();
      return;
    }
    insert(before, new Range(offset, length, crc), after);
  }

  private void insert(Map.Entry<Long, Range> before, Range range, Map.Entry<Long, Range> after) {
    Range joined = range;
    if (after != null && after.getKey() == range.end()) {
      joined = joined.and(after.getValue());
      ranges.remove(after.getKey());
    }
    if (before != null && before.getValue().end() == range.offset()) {
      joined = before.getValue().and(joined);
    }
    ranges.put(joined.offset(), joined);
  }

  /** Says that no checksum of all bytes can come of it. */
  public synchronized void lose() {
    lost = true;
    ranges.clear();
  }

  /** What was told, by offset, ranges that touch as one; empty where count was lost. */
  public synchronized Optional<List<Range>> ranges() {
    return lost ? Optional.empty() : Optional.of(List.copyOf(ranges.values()));
  }

  /** Adds what others have seen. */
  synchronized void addAll(CrcRanges others) {
    others.ranges.values().forEach(range -> add(range.offset(), range.length(), range.crc()));
    lost |= others.lost;
  }

  /** Whether some of the bytes were never told. */
  synchronized boolean lacks(long size) {
    return !lost && told != size;
  }

  /** How many bytes were told, each as often as it was. */
  synchronized long told() {
    return told;
  }

  /** The checksum of all bytes, if each was told exactly once. */
  public synchronized OptionalLong whole(long size) {
    if (size == 0) {
      return OptionalLong.of(0);
    }
    Range first = ranges.get(0L);
    boolean all = !lost && ranges.size() == 1 && first != null && first.length() == size;
    return all ? OptionalLong.of(first.crc()) : OptionalLong.empty();
  }
}

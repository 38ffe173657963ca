package io.shardwright.core.internal.execute;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * CRC-32s of pieces of one sequence of bytes, told in any order by any thread. Pieces that touch
 * are combined.
 */
public final class CrcPieces {
  /** Beyond that many pieces, reading the bytes once more is cheaper than keeping count. */
  private static final int MOST = 1 << 14;

  private record Piece(long length, long crc) {}

  /** Bytes and their CRC-32. */
  public record Range(long offset, long length, long crc) {}

  private final TreeMap<Long, Piece> pieces = new TreeMap<>();
  private boolean lost;

  /** Takes a piece. */
  public synchronized void add(long offset, long length, long crc) {
    if (lost || length == 0) {
      return;
    }
    var before = pieces.floorEntry(offset);
    var after = pieces.ceilingEntry(offset);
    boolean overlaps =
        before != null && before.getKey() + before.getValue().length() > offset
            || after != null && after.getKey() < offset + length;
    if (overlaps || pieces.size() >= MOST) {
      lost = true;
      pieces.clear();
      return;
    }
    insert(before, offset, new Piece(length, crc), after);
  }

  private void insert(
      Map.Entry<Long, Piece> before, long offset, Piece piece, Map.Entry<Long, Piece> after) {
    long start = offset;
    Piece joined = piece;
    if (after != null && after.getKey() == offset + piece.length()) {
      joined = join(joined, after.getValue());
      pieces.remove(after.getKey());
    }
    if (before != null && before.getKey() + before.getValue().length() == offset) {
      joined = join(before.getValue(), joined);
      start = before.getKey();
    }
    pieces.put(start, joined);
  }

  private static Piece join(Piece first, Piece second) {
    return new Piece(
        Math.addExact(first.length(), second.length()),
        Crc32Combination.of(first.crc(), second.crc(), second.length()));
  }

  /** What was told, by offset, ranges that touch as one; empty where count was lost. */
  public synchronized Optional<List<Range>> ranges() {
    var ranges = new ArrayList<Range>();
    pieces.forEach((offset, piece) -> ranges.add(new Range(offset, piece.length(), piece.crc())));
    return lost ? Optional.empty() : Optional.of(ranges);
  }

  /** Adds what others have seen. */
  synchronized void addAll(CrcPieces others) {
    others.pieces.forEach((offset, piece) -> add(offset, piece.length(), piece.crc()));
    lost |= others.lost;
  }

  /** The checksum of all bytes, if each was told exactly once. */
  public synchronized OptionalLong whole(long size) {
    if (size == 0) {
      return OptionalLong.of(0);
    }
    Piece first = pieces.get(0L);
    boolean all = !lost && pieces.size() == 1 && first != null && first.length() == size;
    return all ? OptionalLong.of(first.crc()) : OptionalLong.empty();
  }
}

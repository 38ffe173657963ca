package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.SentFiles.Part;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A target's structure before anything is written: all bytes of it but for the checksums of
 * tensors, and where each of those belongs. A layout gives it twice, for checksums that are zero
 * and for numbers of tensors in their place.
 */
final class Structure {
  /** Digits of a number that has no byte that is zero. */
  private static final int BASE = 255;

  /** Where four bytes belong that are a tensor's CRC-32, little-endian, as in every zip. */
  record Hole(long offset, TargetTensor tensor) {
    long end() {
      return offset + Integer.BYTES;
    }
  }

  private record Bytes(long offset, byte[] bytes) {
    long end() {
      return offset + bytes.length;
    }
  }

  private final List<List<Bytes>> pieces = new ArrayList<>();
  private final List<List<Hole>> holes = new ArrayList<>();

  Structure(ExecutablePlan plan, TargetLayout layout) {
    List<TargetTensor> tensors = plan.targets().toList();
    Map<TargetTensor, Long> zeros = new HashMap<>();
    Map<TargetTensor, Long> numbers = new HashMap<>();
    for (int at = 0; at < tensors.size(); at++) {
      zeros.put(tensors.get(at), 0L);
      numbers.put(tensors.get(at), Integer.toUnsignedLong(mark(at)));
    }
    layout.files().forEach(file -> pieces.add(new ArrayList<>()));
    layout.files().forEach(file -> holes.add(new ArrayList<>()));
    List<Piece> plain = layout.structure(zeros);
    List<Piece> marked = layout.structure(numbers);
    for (int at = 0; at < plain.size(); at++) {
      take(plain.get(at), marked.get(at).bytes(), tensors);
    }
    pieces.forEach(all -> all.sort(Comparator.comparingLong(Bytes::offset)));
    holes.forEach(all -> all.sort(Comparator.comparingLong(Hole::offset)));
  }

  /** A number as four bytes, none of which is zero. */
  private static int mark(int number) {
    int mark = 0;
    int rest = number;
    for (int digit = 0; digit < Integer.BYTES; digit++) {
      mark = mark << Byte.SIZE | rest % BASE + 1;
      rest /= BASE;
    }
    return mark;
  }

  private static int number(int mark) {
    int number = 0;
    for (int digit = 0; digit < Integer.BYTES; digit++) {
      number = number * BASE + (mark >>> digit * Byte.SIZE & 0xff) - 1;
    }
    return number;
  }

  private void take(Piece plain, byte[] marked, List<TargetTensor> tensors) {
    byte[] bytes = plain.bytes();
    int file = plain.place().file();
    pieces.get(file).add(new Bytes(plain.place().offset(), bytes));
    ByteBuffer marks = ByteBuffer.wrap(marked).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < bytes.length; at++) {
      if (bytes[at] != marked[at]) {
        TargetTensor tensor = tensors.get(number(marks.getInt(at)));
        holes.get(file).add(new Hole(plain.place().offset() + at, tensor));
        at += Integer.BYTES - 1;
      }
    }
  }

  /** Puts a part's structure where it belongs, checksums as zeros. */
  void fill(Part part, ByteBuffer into) {
    for (Bytes piece : pieces.get(part.file())) {
      if (piece.offset() < part.end() && piece.end() > part.start()) {
        put(part, into, piece.offset(), piece.bytes());
      }
    }
  }

  /** The checksums that a part is to hold. */
  List<Hole> holes(Part part) {
    return holes.get(part.file()).stream()
        .filter(hole -> hole.offset() < part.end() && hole.end() > part.start())
        .toList();
  }

  /** Puts a checksum where it belongs. */
  static void fill(Part part, ByteBuffer into, Hole hole, long crc) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    put(part, into, hole.offset(), bytes.putInt((int) crc).array());
  }

  private static void put(Part part, ByteBuffer into, long offset, byte[] bytes) {
    long from = Math.max(part.start(), offset);
    long to = Math.min(part.end(), offset + bytes.length);
    into.put((int) (from - part.start()), bytes, (int) (from - offset), (int) (to - from));
  }
}

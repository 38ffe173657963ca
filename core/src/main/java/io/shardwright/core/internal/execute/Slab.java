package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A range of a logical tensor's row-major bytes, held in memory between reading and writing. Each
 * view that touches it is read or written in one go: its pieces are neighbours in the storage, and
 * are spread or gathered in a second buffer.
 */
final class Slab {
  /** A piece of a view within the slab; positions in bytes. */
  private record Span(int slab, long stored, int length) {
    /** Pieces in the storage's order, those that touch each other together. */
    static List<List<Span>> neighbours(List<Span> spans) {
      var sorted = spans.stream().sorted(Comparator.comparingLong(Span::stored)).toList();
      var groups = new ArrayList<List<Span>>();
      int first = 0;
      for (int i = 1; i <= sorted.size(); i++) {
        Span last = sorted.get(i - 1);
        if (i == sorted.size() || sorted.get(i).stored() != last.stored() + last.length()) {
          groups.add(sorted.subList(first, i));
          first = i;
        }
      }
      return groups;
    }
  }

  private final ByteBuffer slab;
  private final ByteBuffer scratch;
  private long first;
  private long last;
  private int elementSize;
  private int swappedSize;
  private long bytesRead;

  Slab(int capacity) {
    slab = ByteBuffer.allocateDirect(capacity);
    scratch = ByteBuffer.allocateDirect(capacity);
  }

  /** Moves the slab to a range of logical elements. */
  void moveTo(long from, long to, DType dtype) {
    first = from;
    last = to;
    elementSize = dtype.byteSize();
    boolean pair = dtype == DType.COMPLEX64 || dtype == DType.COMPLEX128;
    swappedSize = pair ? elementSize / 2 : elementSize;
  }

  long bytesRead() {
    return bytesRead;
  }

  /** Sets every byte to zero. */
  void clear() {
    for (int at = 0; at < slab.capacity(); at++) {
      slab.put(at, (byte) 0);
    }
  }

  /** The first bytes of what the slab holds. */
  ByteBuffer bytes(int length) {
    return slab.slice(0, length);
  }

  /** Takes the values of another slab's range, cast, with something added. */
  void take(Slab other, DType from, DType to, Casts casts, double shift) {
    moveTo(other.first, other.last, to);
    int elements = (int) (last - first);
    casts.convert(
        other.bytes(elements * from.byteSize()), from, bytes(elements * to.byteSize()), to, shift);
  }

  ByteBuffer scratch() {
    return scratch;
  }

  /** Reads what a view has of this range. */
  void read(SourcePart from, Runs runs, RunningCrc crc) {
    var spans = spans(runs);
    if (spans.size() > 1 && runs.dense()) {
      ByteBuffer range = fetch(from, spans.get(0).stored(), total(spans));
      crc.update(range, spans.get(0).stored());
      for (Span span : spans) {
        slice(span).put(range.slice(range.position(), span.length()));
        range.position(range.position() + span.length());
      }
    } else {
      for (Span span : spans) {
        from.tensor().storage().readFully(slice(span), span.stored());
        crc.update(slice(span), span.stored());
      }
    }
    bytesRead += total(spans);
    if (from.tensor().bigEndian()) {
      spans.forEach(span -> swap(slice(span)));
    }
  }

  /** Compares what a view has of this range with what the slab holds. */
  void compare(SourcePart replica, Runs runs, RunningCrc crc) {
    for (Span span : spans(runs)) {
      ByteBuffer found = fetch(replica, span.stored(), span.length());
      bytesRead += span.length();
      crc.update(found, span.stored());
      if (replica.tensor().bigEndian()) {
        swap(found.duplicate());
      }
      if (slice(span).mismatch(found) >= 0) {
        throw new MalformedCheckpointException(
            ErrorCode.RANKS_DISAGREE,
            replica.tensor().storage().name(),
            "'"
                + replica.tensor().spec().name()
                + "' in "
                + replica.member()
                + " differs from the first rank's, expected equal values on every rank:"
                + " the files are not of one checkpoint");
      }
    }
  }

  /** Writes what belongs to a view of this range. */
  void write(Runs runs, Place tensor, OutputFiles files, RunningCrc crc) {
    var spans = spans(runs);
    if (spans.isEmpty()) {
      return;
    }
    if (spans.size() == 1 || runs.dense()) {
      write(spans, tensor, files, crc);
    } else {
      Span.neighbours(spans).forEach(range -> write(range, tensor, files, crc));
    }
  }

  /** Writes pieces that are neighbours in the storage. */
  private void write(List<Span> spans, Place tensor, OutputFiles files, RunningCrc crc) {
    ByteBuffer bytes = slice(spans.get(0));
    if (spans.size() > 1) {
      scratch.clear();
      spans.forEach(span -> scratch.put(slice(span)));
      bytes = scratch.flip();
    }
    long offset = spans.get(0).stored();
    crc.update(bytes, offset);
    files.write(bytes, new Place(tensor.file(), Math.addExact(tensor.offset(), offset)));
  }

  private ByteBuffer fetch(SourcePart from, long position, int length) {
    scratch.clear().limit(length);
    from.tensor().storage().readFully(scratch, position);
    return scratch.flip();
  }

  private List<Span> spans(Runs runs) {
    var spans = new ArrayList<Span>();
    for (long run = runs.firstAfter(first); run < runs.count(); run++) {
      long start = runs.logicalStart(run);
      if (start >= last) {
        break;
      }
      long low = Math.max(first, start);
      long high = Math.min(last, start + runs.length());
      spans.add(
          new Span(
              (int) ((low - first) * elementSize),
              Math.multiplyExact(runs.storedStart(run) + low - start, elementSize),
              (int) ((high - low) * elementSize)));
    }
    return spans;
  }

  private static int total(List<Span> spans) {
    return spans.stream().mapToInt(Span::length).sum();
  }

  private ByteBuffer slice(Span span) {
    return slab.slice(span.slab(), span.length());
  }

  private void swap(ByteBuffer bytes) {
    for (int at = 0; at < bytes.limit(); at += swappedSize) {
      for (int low = at, high = at + swappedSize - 1; low < high; low++, high--) {
        byte kept = bytes.get(low);
        bytes.put(low, bytes.get(high));
        bytes.put(high, kept);
      }
    }
  }
}

package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;

/**
 * A range of a logical tensor's row-major bytes, held in memory between reading and writing. What a
 * view has of it is read or written in as few goes as its storage allows: pieces that are
 * neighbours there are spread or gathered by way of a second buffer.
 */
final class Slab {
  /** What is done with neighbours. */
  private interface Range {
    void on(int from, int to, long stored, int bytes);
  }

  /** Buffers of a slab: itself, and what is on its way between it and a file. */
  static final int BLOCKS = 2;

  private final TensorBackend backend;
  private final ByteBuffer slab;
  private final ByteBuffer scratch;
  private final Spans spans = new Spans();
  private long first;
  private long last;
  private int elementSize;
  private int swappedSize;
  private long bytesRead;

  Slab(TensorBackend backend) {
    this.backend = backend;
    slab = ByteBuffer.allocateDirect(backend.blockBytes());
    scratch = ByteBuffer.allocateDirect(backend.blockBytes());
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
  void take(Slab other, DType from, DType to, double shift) {
    moveTo(other.first, other.last, to);
    int elements = (int) (last - first);
    backend.cast(
        other.bytes(elements * from.byteSize()), from, shift, bytes(elements * to.byteSize()), to);
  }

  ByteBuffer scratch() {
    return scratch;
  }

  /** Reads what a view has of this range. */
  void read(SourcePart from, Runs runs, RunningCrc crc) {
    ranges(
        runs,
        (first, end, stored, bytes) -> {
          ByteBuffer range = end - first == 1 ? slice(first) : scratch.clear().limit(bytes);
          fill(from, range, stored, crc);
          if (end - first > 1) {
            backend.spread(range, spans, first, end, slab);
          }
        });
    if (from.tensor().bigEndian()) {
      for (int piece = 0; piece < spans.count(); piece++) {
        swap(slice(piece));
      }
    }
  }

  /** Compares what a view has of this range with what the slab holds. */
  void compare(SourcePart replica, Runs runs, RunningCrc crc) {
    ranges(
        runs,
        (first, end, stored, bytes) -> {
          ByteBuffer found = scratch.clear().limit(bytes);
          fill(replica, found, stored, crc);
          if (replica.tensor().bigEndian()) {
            swap(found.duplicate());
          }
          int at = 0;
          for (int piece = first; piece < end; piece++) {
            requireEqual(replica, slice(piece), found.slice(at, spans.length(piece)));
            at += spans.length(piece);
          }
        });
  }

  private static void requireEqual(SourcePart replica, ByteBuffer first, ByteBuffer found) {
    if (first.mismatch(found) >= 0) {
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

  /** Fills a buffer from a storage; it is left as it was given. */
  private void fill(SourcePart from, ByteBuffer range, long stored, RunningCrc crc) {
    int start = range.position();
    from.tensor().storage().readFully(range, stored);
    range.position(start);
    crc.update(range, stored);
    bytesRead += range.remaining();
  }

  /** Writes what belongs to a view of this range. */
  void write(Runs runs, Place tensor, OutputFiles files, RunningCrc crc) {
    ranges(
        runs,
        (first, end, stored, bytes) -> {
          ByteBuffer range = end - first == 1 ? slice(first) : scratch.clear().limit(bytes);
          if (end - first > 1) {
            backend.gather(slab, spans, first, end, range);
          }
          crc.update(range, stored);
          files.write(range, new Place(tensor.file(), Math.addExact(tensor.offset(), stored)));
        });
  }

  /** Goes through a view's pieces in this range, neighbours in the storage together. */
  private void ranges(Runs runs, Range action) {
    spans.take(runs, first, last, elementSize);
    if (!runs.dense()) {
      spans.sort();
    }
    for (int from = 0; from < spans.count(); ) {
      int to = spans.neighboursFrom(from);
      action.on(from, to, spans.stored(from), spans.total(from, to));
      from = to;
    }
  }

  private ByteBuffer slice(int piece) {
    return slab.slice(spans.block(piece), spans.length(piece));
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

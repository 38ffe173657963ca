package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.RoundedWeight;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * A range of a logical tensor's row-major bytes, held in memory between reading and writing. Spans
 * that are neighbours in a storage are read or written in one call, through a second buffer.
 */
final class Block {
  /** What is done with neighbours. */
  private interface Action {
    void on(int from, int to, long stored);
  }

  /** Buffers of a block: its tile, and what is on its way between that and a file. */
  static final int BUFFERS = 2;

  /** Spans that lie within so many bytes may be read together. */
  private static final int CLOSE = 1 << 15;

  private final TensorBackend backend;
  private final Tile tile;
  private final ByteBuffer scratch;
  private final BlockSpans inBlock = new BlockSpans();
  private Block cast;
  private Block other;
  private ByteBuffer near;
  private DType dtype;
  private long first;
  private long last;
  private int elementSize;
  private int swappedSize;
  private long bytesRead;
  private boolean differs;

  Block(TensorBackend backend) {
    this(backend, backend.tile(), ByteBuffer.allocateDirect(backend.tileBytes()));
  }

  private Block(TensorBackend backend, Tile tile, ByteBuffer scratch) {
    this.backend = backend;
    this.tile = tile;
    this.scratch = scratch;
  }

  /** Moves the block to a range of logical elements. */
  void moveTo(long from, long to, DType dtype) {
    take(from, to, dtype);
    tile.hold(dtype, (int) (to - from));
  }

  private void take(long from, long to, DType dtype) {
    first = from;
    last = to;
    this.dtype = dtype;
    elementSize = dtype.byteSize();
    swappedSize = dtype.isComplex() ? elementSize / 2 : elementSize;
  }

  long bytesRead() {
    return bytesRead + (other == null ? 0 : other.bytesRead());
  }

  /** Sets every byte to zero. */
  void clear() {
    tile.clear();
  }

  /** All that the block holds. */
  ByteBuffer bytes() {
    inBlock.whole((int) (last - first) * elementSize);
    return tile.gather(inBlock, 0, 1, scratch);
  }

  /** Gives all elements their values. */
  void put(byte[] values) {
    inBlock.whole(values.length);
    ByteBuffer room = tile.room(inBlock, 0, 1, scratch);
    tile.spread(room.put(values).flip(), inBlock, 0, 1);
  }

  /** The same range, cast, with something added; the block itself where nothing is to do. */
  Block as(DType dtype, double shift) {
    Tile wanted = tile.as(dtype, shift);
    if (wanted == tile) {
      return this;
    }
    cast = cast == null || cast.tile != wanted ? new Block(backend, wanted, scratch) : cast;
    cast.take(first, last, dtype);
    return cast;
  }

  /**
   * Adds a product to rows of what the block holds, which is binary32.
   *
   * @param from the rows' first element in the block
   */
  void addProduct(int from, LowRankRows product) {
    tile.addProduct(from, product);
  }

  ByteBuffer scratch() {
    return scratch;
  }

  /** Reads what a view has of this range; elements of another type are cast. */
  void read(SourcePart from, Spans spans, RunningCrc crc) {
    if (from.dtype() != dtype) {
      Block same = other(from, spans, crc);
      ByteBuffer room = tile.room(inBlock, 0, inBlock.count(), scratch);
      tile.spread(room.put(same.packed(inBlock)).flip(), inBlock, 0, inBlock.count());
      return;
    }
    take(spans);
    for (int first = 0; first < inBlock.count(); ) {
      int end = inBlock.neighboursFrom(first);
      int close = crc == RunningCrc.UNWANTED ? inBlock.closeFrom(first, CLOSE) : end;
      ByteBuffer range = tile.room(inBlock, first, Math.max(end, close), scratch);
      if (close > end) {
        pick(from, range, first, close);
      } else {
        fill(from, range, inBlock.stored(first), crc);
      }
      end = Math.max(end, close);
      tile.spread(range, inBlock, first, end);
      first = end;
    }
  }

  /** Reads spans with what lies between them, of which no file states a checksum, in one call. */
  private void pick(SourcePart from, ByteBuffer range, int first, int end) {
    long start = inBlock.stored(first);
    long last = inBlock.stored(end - 1) + inBlock.length(end - 1);
    near = near == null ? ByteBuffer.allocate(CLOSE) : near;
    fill(from, near.clear().limit((int) (last - start)), start, RunningCrc.UNWANTED);
    bytesRead += inBlock.total(first, end) - (last - start);
    int at = range.position();
    for (int span = first; span < end; span++) {
      range.put(at, near, (int) (inBlock.stored(span) - start), inBlock.length(span));
      at += inBlock.length(span);
    }
  }

  /**
   * What a view of another type has of this range, cast to this block's. All else is zero there, of
   * which a cast loses nothing.
   */
  private Block other(SourcePart from, Spans spans, RunningCrc crc) {
    other = other == null ? new Block(backend) : other;
    other.moveTo(first, last, from.dtype());
    other.clear();
    other.read(from, spans, crc);
    inBlock.take(spans, first, last, elementSize);
    return other.as(dtype, 0);
  }

  private ByteBuffer packed(BlockSpans of) {
    return tile.gather(of, 0, of.count(), scratch);
  }

  /** Whether what a view has of this range is what the block holds, once it has its type. */
  boolean holds(SourcePart replica, Spans spans, RunningCrc crc) {
    if (replica.dtype() != dtype) {
      Block same = other(replica, spans, crc);
      return tile.equal(same.packed(inBlock), inBlock, 0, inBlock.count());
    }
    differs = false;
    ranges(
        spans,
        (first, end, stored) -> {
          ByteBuffer found = scratch.clear().limit(inBlock.total(first, end));
          fill(replica, found, stored, crc);
          differs |= !tile.equal(found, inBlock, first, end);
        });
    return !differs;
  }

  /**
   * Whether what a view has of this range, weights, is what the block holds, their masters of
   * binary32, but for rounding.
   */
  boolean roundsTo(SourcePart weight, Spans spans, RunningCrc crc) {
    ByteBuffer rounded = other(weight, spans, crc).packed(inBlock);
    FloatBuffer weights = rounded.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    FloatBuffer masters = packed(inBlock).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    while (masters.hasRemaining()) {
      if (!RoundedWeight.of(masters.get(), weights.get())) {
        return false;
      }
    }
    return true;
  }

  /** Fills a buffer from a storage, little-endian; it is left as it was given. */
  private void fill(SourcePart from, ByteBuffer range, long stored, RunningCrc crc) {
    int start = range.position();
    from.tensor().storage().readFully(range, stored);
    range.position(start);
    crc.update(range, stored);
    bytesRead += range.remaining();
    if (from.tensor().bigEndian()) {
      swap(range);
    }
  }

  /** Writes what belongs to a view of this range. */
  void write(Spans spans, Place tensor, OutputFiles files, RunningCrc crc) {
    ranges(
        spans,
        (first, end, stored) -> {
          ByteBuffer range = tile.gather(inBlock, first, end, scratch);
          crc.update(range, stored);
          files.write(range, new Place(tensor.file(), Math.addExact(tensor.offset(), stored)));
        });
  }

  /** Goes through a view's spans in this range, neighbours in the storage together. */
  private void ranges(Spans spans, Action action) {
    take(spans);
    for (int from = 0; from < inBlock.count(); ) {
      int to = inBlock.neighboursFrom(from);
      action.on(from, to, inBlock.stored(from));
      from = to;
    }
  }

  private void take(Spans spans) {
    inBlock.take(spans, first, last, elementSize);
    if (!spans.dense()) {
      inBlock.sort();
    }
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

package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.TargetLayout.Place;
import java.nio.ByteBuffer;

/** A range of a file that is put together in memory. What is written elsewhere is not kept. */
final class Window implements OutputFiles {
  private final ByteBuffer bytes;
  private long start;
  private long end;

  Window(int capacity) {
    bytes = ByteBuffer.allocateDirect(capacity);
  }

  /** Moves to as many bytes from an offset on as there is room for, at most up to a limit. */
  void moveTo(long offset, long limit) {
    start = offset;
    end = Math.min(limit, offset + bytes.capacity());
  }

  long start() {
    return start;
  }

  long end() {
    return end;
  }

  ByteBuffer bytes() {
    return bytes.slice(0, (int) (end - start));
  }

  /** Whether any of the bytes at an offset are its own. */
  boolean meets(long offset, long count) {
    return offset < end && offset + count > start;
  }

  @Override
  public void write(ByteBuffer source, Place place) {
    long from = Math.max(start, place.offset());
    long to = Math.min(end, place.offset() + source.remaining());
    if (from < to) {
      int skipped = (int) (from - place.offset());
      bytes.put((int) (from - start), source, source.position() + skipped, (int) (to - from));
    }
    source.position(source.limit());
  }

  @Override
  public void read(ByteBuffer target, Place place) {
    throw new IllegalStateException("nothing is read back from what is not written yet");
  }
}

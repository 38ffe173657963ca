package io.shardwright.remote;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** A buffer as a stream, which can go back to where it was marked. */
final class BufferStream extends InputStream {
  private final ByteBuffer bytes;

  BufferStream(ByteBuffer bytes) {
    this.bytes = bytes;
    bytes.mark();
  }

  @Override
  public int read() {
    return bytes.hasRemaining() ? bytes.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int from, int length) {
    if (!bytes.hasRemaining()) {
      return length == 0 ? 0 : -1;
    }
    int count = Math.min(length, bytes.remaining());
    bytes.get(into, from, count);
    return count;
  }

  @Override
  public int available() {
    return bytes.remaining();
  }

  @Override
  public boolean markSupported() {
    return true;
  }

  @Override
  public synchronized void mark(int limit) {
    bytes.mark();
  }

  @Override
  public synchronized void reset() {
    bytes.reset();
  }
}

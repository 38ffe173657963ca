package io.shardwright.core.internal.bytes;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** An input stream over a byte source that reads a block at a time. */
public final class SourceStream extends InputStream {
  private static final int BLOCK = 1 << 16;

  private final ByteSource source;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK).limit(0);
  private long position;

  /** At a source's first byte. */
  public SourceStream(ByteSource source) {
    this.source = source;
  }

  private boolean fill() {
    if (!block.hasRemaining()) {
      block.clear().limit((int) Math.min(BLOCK, source.size() - position));
      source.readFully(block, position);
      position += block.flip().remaining();
    }
    return block.hasRemaining();
  }

  @Override
  public int read() {
    return fill() ? block.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int from, int count) {
    if (!fill()) {
      return -1;
    }
    int taken = Math.min(count, block.remaining());
    block.get(target, from, taken);
    return taken;
  }
}

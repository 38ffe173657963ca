package io.shardwright.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.SeekableByteChannel;

/** No {@code FileChannel}; writes go where the last one ended. */
record StoreChannel(SeekableByteChannel inner, boolean writes) implements SeekableByteChannel {
  @Override
  public int read(ByteBuffer target) throws IOException {
    if (writes) {
      throw new NonReadableChannelException();
    }
    return inner.read(target);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return inner.write(source);
  }

  @Override
  public long position() throws IOException {
    return inner.position();
  }

  @Override
  public SeekableByteChannel position(long position) throws IOException {
    if (writes && position != inner.position()) {
      throw new UnsupportedOperationException("bytes are written in their order");
    }
    inner.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return inner.size();
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new UnsupportedOperationException("cutting");
  }

  @Override
  public boolean isOpen() {
    return inner.isOpen();
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }
}

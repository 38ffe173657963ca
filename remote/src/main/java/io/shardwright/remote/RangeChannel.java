package io.shardwright.remote;

import io.shardwright.spi.channel.PositionalChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.Optional;

/** An object as a channel. */
final class RangeChannel implements PositionalChannel {
  private final ReadAhead bytes;
  private long position;
  private volatile boolean open = true;

  RangeChannel(ReadAhead bytes) {
    this.bytes = bytes;
  }

  @Override
  public int read(ByteBuffer target, long from) throws IOException {
    requireOpen();
    return bytes.read(target, from);
  }

  @Override
  public void expect(long from, long length) {
    bytes.expect(from, length);
  }

  @Override
  public Optional<String> sha256() {
    return bytes.sha256();
  }

  @Override
  public synchronized int read(ByteBuffer target) throws IOException {
    int count = read(target, position);
    position += Math.max(0, count);
    return count;
  }

  @Override
  public synchronized long position() throws IOException {
    requireOpen();
    return position;
  }

  @Override
  public synchronized RangeChannel position(long wanted) throws IOException {
    requireOpen();
    if (wanted < 0) {
      throw new IllegalArgumentException("position " + wanted);
    }
    position = wanted;
    return this;
  }

  @Override
  public long size() throws IOException {
    requireOpen();
    return bytes.size();
  }

  private void requireOpen() throws ClosedChannelException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public RangeChannel truncate(long size) {
    throw new NonWritableChannelException();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
    bytes.close();
  }
}

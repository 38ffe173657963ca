package io.shardwright.core.internal.bytes;

import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** A source as a read-only channel: what Commons Compress and streams want. */
public final class SourceChannel implements SeekableByteChannel {
  private final ByteSource source;
  private long position;

  /** A channel at the first byte. */
  public SourceChannel(ByteSource source) {
    this.source = source;
  }

  @Override
  public int read(ByteBuffer target) {
    if (position >= source.size()) {
      return -1;
    }
    // The library takes a short read for the end of the archive.
    int limit = target.limit();
    target.limit((int) Math.min(limit, target.position() + source.size() - position));
    int count = target.remaining();
    source.readFully(target, position);
    target.limit(limit);
    position += count;
    return count;
  }

  @Override
  public int write(ByteBuffer bytes) {
    throw new NonWritableChannelException();
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public SeekableByteChannel position(long wanted) {
    position = wanted;
    return this;
  }

  @Override
  public long size() {
    return source.size();
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new NonWritableChannelException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {
    // The source belongs to whoever opened it.
  }
}

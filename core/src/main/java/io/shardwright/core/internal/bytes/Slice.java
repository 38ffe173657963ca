package io.shardwright.core.internal.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** A range of another byte source. */
record Slice(ByteSource whole, long offset, long size, String own, boolean member)
    implements ByteSource {
  Slice {
    Objects.checkFromIndexSize(offset, size, whole.size());
  }

  /** Made when it is asked for: there are as many as tensors, and few are. */
  @Override
  public String name() {
    return member ? whole.name() + "!" + own : own;
  }

  @Override
  public int hashCode() {
    return 31 * whole.hashCode() + Long.hashCode(offset);
  }

  @Override
  public int read(ByteBuffer target, long position) {
    if (position >= size) {
      return -1;
    }
    int limit = target.limit();
    target.limit((int) Math.min(limit, target.position() + (size - position)));
    try {
      return whole.read(target, offset + position);
    } finally {
      target.limit(limit);
    }
  }

  @Override
  public long packed(long start, long length) {
    return whole.packed(offset + start, length);
  }

  @Override
  public void expect(long position, long length) {
    whole.expect(offset + position, Math.min(length, size - position));
  }

  @Override
  public long transferTo(FileChannel target, long position, long bytes) throws IOException {
    return whole.transferTo(target, offset + position, Math.min(bytes, size - position));
  }

  @Override
  public Origin origin() {
    Origin origin = whole.origin();
    return new Origin(origin.whole(), origin.offset() + offset);
  }
}

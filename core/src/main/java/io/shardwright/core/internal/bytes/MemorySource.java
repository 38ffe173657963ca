package io.shardwright.core.internal.bytes;

import java.nio.ByteBuffer;

/** A byte array as a byte source. */
public final class MemorySource implements ByteSource {
  private final byte[] bytes;
  private final String name;

  /** Wraps the array without copying it. */
  public MemorySource(byte[] bytes, String name) {
    this.bytes = bytes;
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  /** Tells whether two runs read the same bytes. */
  @Override
  public String toString() {
    String crc = Long.toHexString(ContentHash.crc(bytes));
    return name + " of " + bytes.length + " bytes with CRC-32 " + crc;
  }

  @Override
  public int read(ByteBuffer target, long position) {
    if (position >= bytes.length) {
      return -1;
    }
    int count = (int) Math.min(target.remaining(), bytes.length - position);
    target.put(bytes, (int) position, count);
    return count;
  }
}

package io.shardwright.core.internal.bytes;

import java.nio.ByteBuffer;

/** A byte array as a byte source; it is not copied. */
public record MemorySource(byte[] bytes, String name) implements ByteSource {
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

package io.shardwright.core.internal.codec.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The bytes of a central directory, one after another, a block at a time. */
final class ZipEntries {
  private static final int BLOCK = 1 << 18;

  private final ZipFields fields;
  private final long end;
  private long position;
  private ByteBuffer block = ByteBuffer.allocate(0);

  ZipEntries(ZipFields fields, ZipDirectory directory) {
    this.fields = fields;
    this.position = directory.offset();
    this.end = directory.offset() + directory.size();
  }

  long position() {
    return position;
  }

  boolean hasMore() {
    return position < end;
  }

  /** The next bytes; never more than four times 64 KiB. */
  ByteBuffer take(int length) {
    if (length > end - position) {
      throw fields.malformed(position, "an entry that ends outside the directory");
    }
    if (block.remaining() < length) {
      block = fields.at(position, Math.min(BLOCK, end - position));
    }
    ByteBuffer taken = block.slice(block.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    block.position(block.position() + length);
    position += length;
    return taken;
  }
}

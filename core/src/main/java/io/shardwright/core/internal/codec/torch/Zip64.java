package io.shardwright.core.internal.codec.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The sizes and offset of an entry, widened by its zip64 extra field where 32 bits are too few. */
record Zip64(long size, long compressed, long offset) {
  private static final long WIDE = 0xffffffffL;

  static Zip64 widen(
      long size, long compressed, long offset, byte[] extra, ZipFields fields, long at) {
    if (size != WIDE && compressed != WIDE && offset != WIDE) {
      return new Zip64(size, compressed, offset);
    }
    ByteBuffer field = field(extra, fields, at);
    var wide =
        new Zip64(
            next(size, field, fields, at),
            next(compressed, field, fields, at),
            next(offset, field, fields, at));
    if (wide.size < 0 || wide.compressed < 0 || wide.offset < 0) {
      throw fields.malformed(at, "a zip64 size of 2^63 or more");
    }
    return wide;
  }

  private static long next(long narrow, ByteBuffer field, ZipFields fields, long at) {
    if (narrow != WIDE) {
      return narrow;
    }
    if (field.remaining() < 8) {
      throw fields.malformed(at, "a zip64 field that is too short");
    }
    return field.getLong();
  }

  private static ByteBuffer field(byte[] extra, ZipFields fields, long at) {
    var all = ByteBuffer.wrap(extra).order(ByteOrder.LITTLE_ENDIAN);
    while (all.remaining() >= 4) {
      int id = all.getShort() & 0xffff;
      int length = all.getShort() & 0xffff;
      if (length > all.remaining()) {
        break;
      }
      if (id == 1) {
        return all.slice(all.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      all.position(all.position() + length);
    }
    throw fields.malformed(at, "an entry of 4 GiB or more without its zip64 field");
  }
}

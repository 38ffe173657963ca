package io.shardwright.core.internal.codec.zip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** The sizes and the offset of a zip entry, from its zip64 extra field if 32 bits are too few. */
record Zip64(long size, long compressed, long offset) {
  private static final long WIDE = 0xffffffffL;
  private static final int ID = 1;

  /**
   * An entry of the directory.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException if there is a field without need,
   *     none where there is need, or one of another length
   */
  static Zip64 widen(
      long size, long compressed, long offset, byte[] extra, ZipFields fields, long at) {
    boolean needed = size == WIDE || compressed == WIDE || offset == WIDE;
    Optional<ByteBuffer> field = field(extra, fields, at);
    if (needed != field.isPresent()) {
      throw fields.malformed(at, "a zip64 field where none is needed, or none where one is");
    }
    if (!needed) {
      return new Zip64(size, compressed, offset);
    }
    var wide =
        new Zip64(
            next(size, field.get(), fields, at),
            next(compressed, field.get(), fields, at),
            next(offset, field.get(), fields, at));
    if (field.get().hasRemaining() || wide.size < 0 || wide.compressed < 0 || wide.offset < 0) {
      throw fields.malformed(at, "a zip64 field that is too long, or a size of 2^63 or more");
    }
    return wide;
  }

  /** A local header; a field may follow with the header's own offset, as miniz writes it. */
  static Zip64 widenLocal(long size, long compressed, byte[] extra, ZipFields fields, long at) {
    ByteBuffer field =
        field(extra, fields, at)
            .orElseThrow(() -> fields.malformed(at, "an entry of 4 GiB without its zip64 field"));
    return new Zip64(next(size, field, fields, at), next(compressed, field, fields, at), 0);
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

  private static Optional<ByteBuffer> field(byte[] extra, ZipFields fields, long at) {
    var all = ByteBuffer.wrap(extra).order(ByteOrder.LITTLE_ENDIAN);
    Optional<ByteBuffer> found = Optional.empty();
    while (all.remaining() >= 4) {
      int id = all.getShort() & 0xffff;
      int length = all.getShort() & 0xffff;
      if (length > all.remaining() || id == ID && found.isPresent()) {
        throw fields.malformed(at, "extra fields that are too long, or two of one kind");
      }
      if (id == ID) {
        found = Optional.of(all.slice(all.position(), length).order(ByteOrder.LITTLE_ENDIAN));
      }
      all.position(all.position() + length);
    }
    return found;
  }
}

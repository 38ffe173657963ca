package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.guard.InflateRatio;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A gzip file of one member and nothing after it (RFC 1952). Java's own reader passes over whatever
 * follows a member, so that two tools could see two archives.
 */
final class GzipMember {
  private static final int BLOCK = 1 << 18;
  private static final int HEADER = 10;
  private static final int TRAILER = 8;
  private static final int HEADER_CHECKSUM = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;

  private final ByteSource source;
  private final Guard guard;
  private final CRC32 crc = new CRC32();
  private long unpacked;

  GzipMember(ByteSource source, Guard guard) {
    this.source = source;
    this.guard = guard;
  }

  void unpack(OutputStream out) throws IOException {
    long start = afterHeader();
    var inflater = new Inflater(true);
    try {
      inflate(inflater, start, out);
      requireTrailer(start + inflater.getBytesRead());
    } catch (DataFormatException bad) {
      throw malformed("can't be unpacked: " + bad.getMessage());
    } finally {
      inflater.end();
    }
  }

  private ByteBuffer at(long position, int length) {
    if (position < 0 || length > source.size() - position) {
      throw malformed("ends within its header or trailer: it is truncated");
    }
    var bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    source.readFully(bytes, position);
    return bytes.flip();
  }

  private long afterHeader() {
    ByteBuffer head = at(0, HEADER);
    int flags = head.get(3) & 0xff;
    if (head.get(2) != 8 || (flags & RESERVED) != 0) {
      throw malformed("is packed by another method than deflate");
    }
    long position = HEADER;
    if ((flags & EXTRA) != 0) {
      position += 2 + (at(position, 2).getShort(0) & 0xffff);
    }
    position = (flags & NAME) != 0 ? afterText(position) : position;
    position = (flags & COMMENT) != 0 ? afterText(position) : position;
    return (flags & HEADER_CHECKSUM) != 0 ? position + 2 : position;
  }

  private long afterText(long from) {
    long position = from;
    while (at(position, 1).get(0) != 0) {
      position++;
      guard.require(Limit.ARCHIVE_HEADER_BYTES, position - from, source.name());
    }
    return position + 1;
  }

  private void inflate(Inflater inflater, long start, OutputStream out)
      throws IOException, DataFormatException {
    byte[] block = new byte[BLOCK];
    var in = ByteBuffer.allocate(BLOCK);
    long at = start;
    while (!inflater.finished()) {
      if (inflater.needsInput()) {
        in.clear().limit((int) Math.max(0, Math.min(BLOCK, source.size() - at)));
        if (!in.hasRemaining() || inflater.needsDictionary()) {
          throw malformed("ends before its data does: it is truncated");
        }
        source.readFully(in, at);
        at += in.flip().remaining();
        inflater.setInput(in);
      }
      int count = inflater.inflate(block);
      unpacked += count;
      InflateRatio.require(unpacked, source.size(), guard, source.name());
      crc.update(block, 0, count);
      out.write(block, 0, count);
    }
  }

  private void requireTrailer(long at) {
    ByteBuffer trailer = at(at, TRAILER);
    boolean whole =
        (trailer.getInt(0) & 0xffffffffL) == crc.getValue()
            && (trailer.getInt(4) & 0xffffffffL) == (unpacked & 0xffffffffL);
    if (!whole) {
      throw malformed("does not have the checksum and size that it states: it is damaged");
    }
    if (at + TRAILER != source.size()) {
      throw malformed("goes on for " + (source.size() - at - TRAILER) + " bytes after its end");
    }
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.TAR_MALFORMED, source.name(), problem);
  }
}

package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.LongStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads a gzip file: consecutive members with zeros between and after them (RFC 1952; Python's
 * {@code gzip}). Java's own reader skips whatever else follows a member, so that two tools could
 * see two archives.
 */
final class GzipMembers {
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
  private final byte[] unpackedBlock = new byte[BLOCK];
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK).limit(0);
  private long blockStart;
  private final Offsets offsets = new Offsets();
  private long unpacked;

  GzipMembers(ByteSource source, Guard guard) {
    this.source = source;
    this.guard = guard;
  }

  Offsets unpack(OutputStream out) throws IOException {
    var inflater = new Inflater(true);
    try {
      for (long at = 0; at == 0 || at < source.size(); at = afterZeros(at)) {
        inflater.reset();
        at = member(inflater, at, out);
      }
      return offsets.ended(source.size());
    } catch (DataFormatException bad) {
      throw malformed("can't be unpacked: " + bad.getMessage());
    } finally {
      inflater.end();
    }
  }

  /** Unpacks one member; gives the first byte after it. */
  private long member(Inflater inflater, long at, OutputStream out)
      throws IOException, DataFormatException {
    long start = afterHeader(at);
    var crc = new CRC32();
    inflate(inflater, start, crc, out);
    return afterTrailer(start + inflater.getBytesRead(), crc, inflater.getBytesWritten());
  }

  /** What is in the file from a position on, at least so many bytes of it. */
  private ByteBuffer at(long position, int least) {
    if (position < 0 || least > source.size() - position) {
      throw malformed("ends within its header or trailer: it is truncated");
    }
    if (position < blockStart || position + least > blockStart + block.limit()) {
      block.clear().limit((int) Math.min(BLOCK, source.size() - position));
      source.readFully(block, position);
      block.flip();
      blockStart = position;
    }
    int skipped = (int) (position - blockStart);
    return block.slice(skipped, block.limit() - skipped).order(ByteOrder.LITTLE_ENDIAN);
  }

  private long afterHeader(long start) {
    if (at(start, 2).getShort(0) != (short) 0x8b1f) {
      throw malformed("continues for " + (source.size() - start) + " bytes after its end");
    }
    ByteBuffer head = at(start, HEADER);
    int flags = head.get(3) & 0xff;
    if (head.get(2) != 8 || (flags & RESERVED) != 0) {
      throw malformed("is packed by another method than deflate");
    }
    long position = start + HEADER;
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

  private void inflate(Inflater inflater, long start, CRC32 crc, OutputStream out)
      throws IOException, DataFormatException {
    long at = start;
    while (!inflater.finished()) {
      if (inflater.needsInput()) {
        if (at == source.size() || inflater.needsDictionary()) {
          throw malformed("ends before its data does: it is truncated");
        }
        ByteBuffer in = at(at, 1);
        at += in.remaining();
        inflater.setInput(in);
      }
      int count = inflater.inflate(unpackedBlock);
      unpacked += count;
      offsets.reached(unpacked, start + inflater.getBytesRead());
      Guard.InflateRatio.VALUES.require(unpacked, source.size(), guard, source.name());
      crc.update(unpackedBlock, 0, count);
      out.write(unpackedBlock, 0, count);
    }
  }

  private long afterTrailer(long at, CRC32 crc, long written) {
    ByteBuffer trailer = at(at, TRAILER);
    boolean whole =
        (trailer.getInt(0) & 0xffffffffL) == crc.getValue()
            && (trailer.getInt(4) & 0xffffffffL) == (written & 0xffffffffL);
    if (!whole) {
      throw malformed("does not have the checksum and size that it states: it is damaged");
    }
    return at + TRAILER;
  }

  private long afterZeros(long from) {
    long at = from;
    while (at < source.size()) {
      ByteBuffer rest = at(at, 1);
      while (rest.hasRemaining()) {
        if (rest.get() != 0) {
          return at;
        }
        at++;
      }
    }
    return at;
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.TAR_MALFORMED, source.name(), problem);
  }

  /** From which byte of a packed file each unpacked one comes, about. */
  static final class Offsets {
    private static final long STEP = 1 << 18;

    private final LongStream.Builder found = LongStream.builder().add(0);
    private long next = STEP;
    private long size;
    private long[] steps;

    /** Tells how far unpacking has come. */
    void reached(long unpacked, long packed) {
      for (size = unpacked; next <= unpacked; next += STEP) {
        found.add(packed);
      }
    }

    /** Tells how long the packed file is. */
    Offsets ended(long packed) {
      steps = found.add(packed).build().toArray();
      return this;
    }

    /** The packed byte of an unpacked one, or of the end. */
    long of(long unpacked) {
      if (unpacked >= size) {
        return steps[steps.length - 1];
      }
      int step = (int) (unpacked / STEP);
      long length = Math.min(STEP, size - step * STEP);
      return steps[step] + (steps[step + 1] - steps[step]) * (unpacked % STEP) / length;
    }
  }
}

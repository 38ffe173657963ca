package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The bytes of a zip's entries. */
record ZipContent(ByteSource archive) {
  private static final long MAX_INFLATED = 256L << 20;
  private static final int BLOCK = 1 << 18;

  /** An entry's bytes: in place where it is stored, in memory where it is deflated. */
  ByteSource open(ZipMember member) {
    String name = archive.name() + "!" + member.name();
    ByteSource packed = archive.slice(member.dataOffset(), member.compressedSize(), name);
    return member.method() == 0 ? packed : new MemorySource(inflate(member, packed), name);
  }

  private static byte[] inflate(ZipMember member, ByteSource packed) {
    if (member.size() > MAX_INFLATED) {
      throw new MalformedCheckpointException(
          ErrorCode.LIMIT_EXCEEDED,
          packed.name(),
          member.size()
              + " deflated bytes, over the limit of "
              + MAX_INFLATED
              + ": save the file again without compression");
    }
    var out = new java.io.ByteArrayOutputStream();
    var inflater = new Inflater(true);
    try {
      byte[] block = new byte[BLOCK];
      var in = ByteBuffer.allocate(BLOCK);
      long at = 0;
      while (!inflater.finished() && out.size() <= member.size()) {
        if (inflater.needsInput()) {
          in.clear().limit((int) Math.min(BLOCK, packed.size() - at));
          if (!in.hasRemaining()) {
            break;
          }
          packed.readFully(in, at);
          at += in.flip().remaining();
          inflater.setInput(in);
        }
        out.write(block, 0, inflater.inflate(block));
      }
    } catch (DataFormatException bad) {
      throw malformed(packed, "can't be inflated: " + bad.getMessage());
    } finally {
      inflater.end();
    }
    if (out.size() != member.size()) {
      throw malformed(
          packed, "inflates to another size than the " + member.size() + " bytes stated");
    }
    return out.toByteArray();
  }

  private static MalformedCheckpointException malformed(ByteSource where, String problem) {
    return new MalformedCheckpointException(ErrorCode.ZIP_MALFORMED, where.name(), problem);
  }

  /** The CRC-32 of a source's bytes. */
  static long crc(ByteSource bytes) {
    var crc = new CRC32();
    var block = ByteBuffer.allocateDirect((int) Math.min(BLOCK, Math.max(1, bytes.size())));
    for (long at = 0; at < bytes.size(); at += block.limit()) {
      block.clear().limit((int) Math.min(block.capacity(), bytes.size() - at));
      bytes.readFully(block, at);
      crc.update(block.flip());
    }
    return crc.getValue();
  }
}

package io.shardwright.core.internal.codec.zip;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads the bytes of a zip's entries: in place if they are stored, in memory if they are deflated.
 */
public final class ZipContent {
  private static final int BLOCK = 1 << 18;

  /** No deflated byte stands for more. */
  private static final long DENSEST = 1_032;

  private final ByteSource archive;
  private final Guard guard;
  private final AtomicLong values = new AtomicLong();

  /** Those of an archive. */
  public ZipContent(ByteSource archive, Guard guard) {
    this.archive = archive;
    this.guard = guard;
  }

  /** The bytes of an entry that holds no tensor's values. */
  public ByteSource structure(ZipMember member) {
    return open(
        member,
        packed -> guard.unpack(member.size(), packed.packed(0, packed.size()), packed.name()));
  }

  /** The bytes of a storage. */
  public ByteSource storage(ZipMember member) {
    return open(
        member,
        packed ->
            Guard.InflateRatio.VALUES.require(
                values.addAndGet(member.size()),
                archive.packed(0, archive.size()),
                guard,
                packed.name()));
  }

  private ByteSource open(ZipMember member, Consumer<ByteSource> bound) {
    String name = archive.name() + "!" + member.name();
    ByteSource packed = archive.slice(member.dataOffset(), member.compressedSize(), name);
    if (member.method() == 0) {
      return packed;
    }
    if (member.size() / DENSEST > packed.size()) {
      throw malformed(packed, packed.size() + " bytes can't hold " + member.size());
    }
    bound.accept(packed);
    return new MemorySource(inflate(member, packed), name);
  }

  private byte[] inflate(ZipMember member, ByteSource packed) {
    guard.take(member.size(), packed.name());
    byte[] bytes = new byte[Math.toIntExact(member.size())];
    var inflater = new Inflater(true);
    try {
      int done = fill(inflater, packed, bytes);
      boolean whole =
          done == bytes.length
              && inflater.inflate(new byte[1]) == 0
              && inflater.finished()
              && inflater.getBytesRead() == packed.size();
      if (!whole) {
        throw malformed(packed, "does not inflate to the " + member.size() + " bytes stated");
      }
      return bytes;
    } catch (DataFormatException bad) {
      throw malformed(packed, "can't be inflated: " + bad.getMessage());
    } finally {
      inflater.end();
    }
  }

  private static int fill(Inflater inflater, ByteSource packed, byte[] bytes)
      throws DataFormatException {
    var in = ByteBuffer.allocate(BLOCK);
    int done = 0;
    for (long at = 0; !inflater.finished(); ) {
      if (inflater.needsInput()) {
        in.clear().limit((int) Math.min(BLOCK, packed.size() - at));
        if (!in.hasRemaining()) {
          break;
        }
        packed.readFully(in, at);
        at += in.flip().remaining();
        inflater.setInput(in);
      }
      int count = inflater.inflate(bytes, done, bytes.length - done);
      done += count;
      if (count == 0 && done == bytes.length && !inflater.needsInput()) {
        break;
      }
    }
    return done;
  }

  private static MalformedCheckpointException malformed(ByteSource where, String problem) {
    return new MalformedCheckpointException(ErrorCode.ZIP_MALFORMED, where.name(), problem);
  }

  /**
   * Reads what an entry holds and compares it with its checksum.
   *
   * @throws MalformedCheckpointException if it is damaged
   */
  public static void requireIntact(ByteSource bytes, ZipMember member) {
    var block = ByteBuffer.allocateDirect((int) Math.min(BLOCK, Math.max(1, bytes.size())));
    if (ContentHash.crc(bytes, block) != member.crc()) {
      throw new MalformedCheckpointException(
          ErrorCode.CHECKSUM_MISMATCH,
          bytes.name(),
          "its bytes do not have the CRC-32 that the file states: the file is damaged, fetch it"
              + " again");
    }
  }
}

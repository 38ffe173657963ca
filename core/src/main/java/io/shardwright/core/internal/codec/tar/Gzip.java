package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.SourceChannel;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Gzip around an archive. It can't be read at offsets, so it is unpacked once. */
public final class Gzip {
  private static final long FREE_OF_RATIO = 256L << 20;
  private static final int MAX_RATIO = 250;
  private static final int BLOCK = 1 << 18;

  private Gzip() {}

  /** Whether the first two bytes are gzip's. */
  public static boolean isGzip(ByteSource source) {
    if (source.size() < 2) {
      return false;
    }
    ByteBuffer magic = ByteBuffer.allocate(2);
    source.readFully(magic, 0);
    return magic.getShort(0) == 0x1f8b;
  }

  /**
   * Unpacks to a new file that only its owner can read.
   *
   * @throws MalformedCheckpointException if the data is damaged or expands beyond the limit
   * @throws CheckpointIoException if the folder can't be written
   */
  public static SpooledArchive spool(ByteSource source, Path folder) {
    Path file = create(source, folder);
    try {
      try (OutputStream out = Files.newOutputStream(file)) {
        unpack(source, out);
      }
      return new SpooledArchive(file, source.name());
    } catch (ZipException | EOFException damaged) {
      discard(file);
      throw new MalformedCheckpointException(
          ErrorCode.TAR_MALFORMED, source.name(), "can't be unpacked: " + damaged.getMessage());
    } catch (IOException failure) {
      discard(file);
      throw new CheckpointIoException(
          ErrorCode.WRITE_FAILED,
          folder.toString(),
          "can't be unpacked to: " + failure.getMessage());
    } catch (RuntimeException refusal) {
      discard(file);
      throw refusal;
    }
  }

  private static Path create(ByteSource source, Path folder) {
    try {
      return Files.createTempFile(folder, ".shardwright-", ".spool");
    } catch (IOException failure) {
      throw new CheckpointIoException(
          ErrorCode.WRITE_FAILED,
          folder.toString(),
          "has no room to unpack " + source.name() + " in: " + failure.getMessage());
    }
  }

  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException alreadyFailing) {
      // The first failure is the one to report.
    }
  }

  private static void unpack(ByteSource source, OutputStream out) throws IOException {
    InputStream packed =
        new BufferedInputStream(Channels.newInputStream(new SourceChannel(source)), BLOCK);
    try (var unpacked = new GZIPInputStream(packed, BLOCK)) {
      byte[] block = new byte[BLOCK];
      long total = 0;
      for (int count = unpacked.read(block); count >= 0; count = unpacked.read(block)) {
        total += count;
        if (total > FREE_OF_RATIO && total / MAX_RATIO > source.size()) {
          throw new MalformedCheckpointException(
              ErrorCode.LIMIT_EXCEEDED,
              source.name(),
              "expands over " + MAX_RATIO + " times: raise --max-inflate-ratio if you trust it");
        }
        out.write(block, 0, count);
      }
    }
  }
}

package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.Disk;
import io.shardwright.core.internal.bytes.SourceChannel;
import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
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
   * Unpacks to a new file that only its owner can read, and nobody by name: in the folder, or in
   * the working folder where that one is on no disk.
   *
   * @throws MalformedCheckpointException if the data is damaged or expands beyond the limit
   * @throws CheckpointIoException if the folder can't be written or has no room
   */
  public static SpooledArchive spool(ByteSource source, Path folder) {
    Path disk = Disk.holds(folder) ? folder : Path.of("").toAbsolutePath();
    Path file = disk.resolve(".shardwright-" + UUID.randomUUID() + ".spool");
    var failure = new WriteFailure(file, unpackedSize(source));
    failure.requireRoom(0);
    FileChannel channel = create(file, failure);
    try {
      unpack(source, Channels.newOutputStream(channel));
      return new SpooledArchive(channel, source);
    } catch (ZipException | EOFException damaged) {
      close(channel);
      throw new MalformedCheckpointException(
          ErrorCode.TAR_MALFORMED, source.name(), "can't be unpacked: " + damaged.getMessage());
    } catch (IOException problem) {
      close(channel);
      throw failure.of(problem);
    } catch (RuntimeException refusal) {
      close(channel);
      throw refusal;
    }
  }

  /** At least so many bytes: the trailer keeps the size's last 32 bits. */
  private static long unpackedSize(ByteSource source) {
    if (source.size() < Integer.BYTES) {
      return 0;
    }
    ByteBuffer trailer = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    source.readFully(trailer, source.size() - Integer.BYTES);
    long stated = Integer.toUnsignedLong(trailer.getInt(0));
    return stated / MAX_RATIO > source.size() ? source.size() : Math.max(stated, source.size());
  }

  private static FileChannel create(Path file, WriteFailure failure) {
    try {
      return FileChannel.open(
          file,
          Set.of(
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE),
          ownerOnly(file));
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path file) {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
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

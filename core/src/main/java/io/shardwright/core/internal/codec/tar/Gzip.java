package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.Disk;
import io.shardwright.core.internal.bytes.FreeSpace;
import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.spi.error.CheckpointIoException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/** Recognizes and unpacks gzip around an archive, which can't be read at offsets. */
public final class Gzip {
  /** No deflated data expands more. */
  private static final int MOST_RATIO = 1_032;

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
   * @throws io.shardwright.spi.error.MalformedCheckpointException if the data is damaged
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it expands beyond a limit
   * @throws CheckpointIoException if the folder can't be written or has no room
   */
  public static SpooledArchive spool(ByteSource source, Path folder, Guard guard) {
    Path disk = Disk.holds(folder) ? folder : Path.of("").toAbsolutePath();
    Path file = disk.resolve(".shardwright-" + UUID.randomUUID() + ".spool");
    var failure = new WriteFailure(file, unpackedSize(source));
    failure.requireRoom(0);
    var room = Room.in(disk, guard, source.name());
    FileChannel channel = create(file, failure);
    try {
      var out = room.counting(Channels.newOutputStream(channel));
      GzipMembers.Offsets offsets = new GzipMembers(source, guard).unpack(out);
      return new SpooledArchive(channel, source, offsets);
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
    return stated / MOST_RATIO > source.size() ? source.size() : Math.max(stated, source.size());
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

  /** How many bytes may be unpacked to a disk: all that is free but for 1 GiB, unless told. */
  private record Room(long bytes, String archive) {
    private static final long LEFT_FREE = 1L << 30;

    static Room in(Path folder, Guard guard, String archive) {
      long given = guard.limit(Limit.SPOOL_BYTES);
      return new Room(given == Limits.OF_THE_MACHINE ? free(folder) : given, archive);
    }

    private static long free(Path folder) {
      OptionalLong free = FreeSpace.at(folder);
      return free.isPresent() ? Math.max(0, free.getAsLong() - LEFT_FREE) : Long.MAX_VALUE;
    }

    /** A stream that takes no more. */
    OutputStream counting(OutputStream out) {
      return new FilterOutputStream(out) {
        private long written;

        @Override
        public void write(int octet) throws IOException {
          write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] block, int from, int count) throws IOException {
          written += count;
          if (written > bytes) {
            throw Guard.over(Limit.SPOOL_BYTES, written, bytes, archive);
          }
          out.write(block, from, count);
        }
      };
    }
  }
}

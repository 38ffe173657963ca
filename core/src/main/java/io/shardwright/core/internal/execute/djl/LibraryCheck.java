package io.shardwright.core.internal.execute.djl;

import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks files of PyTorch's native library and refuses those whose loading would end the process.
 */
final class LibraryCheck {
  private LibraryCheck() {}

  /**
   * Checks what DJL is about to load.
   *
   * @throws io.shardwright.spi.error.DeviceException naming the file and what to do
   */
  static void require(String device, Natives natives) {
    if (!TorchVersion.platform().startsWith("linux")) {
      return;
    }
    natives.libraries().ifPresent(folder -> require(device, folder, "get it again"));
    for (Path unpacked : unpacked(device)) {
      require(device, unpacked, "delete its folder; it will be unpacked again");
    }
  }

  /** What DJL unpacked earlier stands in folders that begin with the version. */
  private static List<Path> unpacked(String device) {
    Path cache = Utils.getEngineCacheDir("pytorch");
    if (!Files.isDirectory(cache)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(cache)) {
      String version = TorchVersion.wanted();
      return folders.filter(f -> f.getFileName().toString().startsWith(version)).toList();
    } catch (IOException failure) {
      throw Natives.broken(device, failure.toString());
    }
  }

  private static void require(String device, Path folder, String advice) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(LibraryCheck::library).toList()) {
        if (!ElfFile.whole(file)) {
          throw Natives.broken(device, file + " is not a whole 64-bit library: " + advice);
        }
      }
    } catch (IOException failure) {
      throw Natives.broken(device, failure.toString());
    }
  }

  private static boolean library(Path file) {
    return file.getFileName().toString().matches(".*\\.so(\\.\\d+)*") && Files.isRegularFile(file);
  }

  /**
   * A shared library of Linux as its header describes it (System V ABI, chapter 4). The loader maps
   * what the header promises, and a file that ends before ends the process with it.
   */
  static final class ElfFile {
    private static final int HEADER_BYTES = 64;
    private static final int SEGMENT_BYTES = 56;
    private static final int MAGIC = 0x464c457f;
    private static final byte SIXTY_FOUR_BIT = 2;
    private static final byte LITTLE_ENDIAN = 1;

    private final FileChannel channel;
    private final long size;

    private ElfFile(FileChannel channel) throws IOException {
      this.channel = channel;
      this.size = channel.size();
    }

    /** Whether it is a library of a 64-bit machine, and all of it is there. */
    static boolean whole(Path file) throws IOException {
      try (FileChannel channel = FileChannel.open(file)) {
        return new ElfFile(channel).whole();
      }
    }

    private boolean whole() throws IOException {
      if (size < HEADER_BYTES) {
        return false;
      }
      ByteBuffer header = read(0, HEADER_BYTES);
      boolean elf =
          header.getInt(0) == MAGIC
              && header.get(4) == SIXTY_FOUR_BIT
              && header.get(5) == LITTLE_ENDIAN
              && header.getShort(0x36) == SEGMENT_BYTES;
      long sections = (long) unsigned(header, 0x3a) * unsigned(header, 0x3c);
      return elf
          && holds(header.getLong(0x28), sections)
          && holdsSegments(header.getLong(0x20), SEGMENT_BYTES * unsigned(header, 0x38));
    }

    private boolean holdsSegments(long at, int bytes) throws IOException {
      boolean all = holds(at, bytes);
      ByteBuffer table = all ? read(at, bytes) : ByteBuffer.allocate(0);
      for (int segment = 0; segment < table.limit(); segment += SEGMENT_BYTES) {
        all &= holds(table.getLong(segment + 0x08), table.getLong(segment + 0x20));
      }
      return all;
    }

    private boolean holds(long at, long bytes) {
      return at >= 0 && at <= size && bytes >= 0 && bytes <= size - at;
    }

    private static int unsigned(ByteBuffer header, int at) {
      return Short.toUnsignedInt(header.getShort(at));
    }

    private ByteBuffer read(long at, int bytes) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {}
      return buffer.flip();
    }
  }
}

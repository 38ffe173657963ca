package io.shardwright.core.internal.execute.djl;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfFileTest {
  @TempDir Path folder;

  /** One segment of 100 bytes at 120; a table of three sections after it. */
  private static byte[] library() {
    var file = ByteBuffer.allocate(120 + 100 + 3 * 64).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1);
    file.putLong(0x20, 64).putShort(0x36, (short) 56).putShort(0x38, (short) 1);
    file.putLong(0x28, 220).putShort(0x3a, (short) 64).putShort(0x3c, (short) 3);
    file.putLong(64 + 0x08, 120).putLong(64 + 0x20, 100);
    return file.array();
  }

  @Test
  void isWholeToItsLastByte() throws IOException {
    byte[] whole = library();
    Path file = folder.resolve("libtorch.so");
    assertTrue(LibraryCheck.ElfFile.whole(Files.write(file, whole)));
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertFalse(LibraryCheck.ElfFile.whole(file), length + " of " + whole.length + " bytes");
    }
  }

  @Test
  void isNoOtherFile() throws IOException {
    Path text = Files.writeString(folder.resolve("libtorch.so"), "x".repeat(1000));
    assertFalse(LibraryCheck.ElfFile.whole(text));
    byte[] small = library();
    small[4] = 1;
    assertFalse(LibraryCheck.ElfFile.whole(Files.write(text, small)));
  }

  /** Numbers that no library has must not make it read or count far. */
  @Test
  void survivesAnyHeader() throws IOException {
    var random = new java.util.Random(5);
    for (int round = 0; round < 500; round++) {
      byte[] bytes = library();
      for (int at = 6; at < 64; at++) {
        bytes[at] = random.nextInt(3) == 0 ? (byte) random.nextInt() : bytes[at];
      }
      Path file = Files.write(folder.resolve("libtorch.so"), bytes);
      assertDoesNotThrow(() -> LibraryCheck.ElfFile.whole(file), "round " + round);
    }
  }

  @Test
  void describesTheLibrariesOfThisMachine() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(java), "no Linux");
    assertTrue(LibraryCheck.ElfFile.whole(java));
  }
}

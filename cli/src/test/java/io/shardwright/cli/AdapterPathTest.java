package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --adapter-path} names must be there and whole: an adapter is never passed over. */
class AdapterPathTest {
  @TempDir Path folder;
  private Path jar;

  @BeforeEach
  void prepare() throws IOException {
    jar = folder.resolve("family.jar");
    byte[] text = "a family of their own".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    var stored = new JarEntry("stored.txt");
    stored.setMethod(JarEntry.STORED);
    stored.setSize(text.length);
    var crc = new CRC32();
    crc.update(text);
    stored.setCrc(crc.getValue());
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (JarEntry entry : List.of(stored, new JarEntry("deflated.txt"))) {
        out.putNextEntry(entry);
        out.write(text);
        out.closeEntry();
      }
    }
  }

  private static void refuses(Path path, String code, String why) {
    Object[][] commands = {
      {"adapters", "--adapter-path", path},
      {"inspect", "any.nemo", "--adapter-path=" + path},
      {
        "megatron_change_num_partitions",
        "--model_file=a.nemo",
        "--target_file=b.nemo",
        "--adapter_path",
        path
      }
    };
    for (Object[] command : commands) {
      Run run = Run.of(command);
      assertEquals(3, run.code(), run.err());
      assertTrue(run.err().startsWith("error: " + code), run.err());
      assertTrue(run.err().contains(why), run.err());
    }
  }

  @Test
  void isTakenWhereItIsWhole() {
    assertEquals(0, Run.of("adapters", "--adapter-path", jar).code());
    assertEquals(0, Run.of("adapters", "--adapter-path", folder).code());
  }

  @Test
  void isRefusedWhereItIsMissing() throws IOException {
    refuses(folder.resolve("none.jar"), "SW-101", "none.jar: no such jar or folder");
    Files.createSymbolicLink(folder.resolve("dangling.jar"), folder.resolve("none"));
    refuses(folder, "SW-101", "dangling.jar: no such jar");
  }

  @Test
  void isRefusedWhereItIsNoJar() throws Exception {
    refuses(Files.writeString(folder.resolve("text"), "not a jar"), "SW-104", "is not a jar");
    refuses(Files.createFile(folder.resolve("empty.jar")), "SW-104", "empty.jar");
    Files.delete(folder.resolve("empty.jar"));
    Files.createDirectory(folder.resolve("inner.jar"));
    refuses(folder, "SW-101", "inner.jar: is not a regular file");
    Files.delete(folder.resolve("inner.jar"));
    Path pipe = folder.resolve("pipe.jar");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
    refuses(pipe, "SW-101", "is not a regular file");
    refuses(folder, "SW-101", "pipe.jar: is not a regular file");
  }

  @Test
  void isRefusedWhereverItIsCut() throws IOException {
    byte[] whole = Files.readAllBytes(jar);
    for (int size = 0; size < whole.length; size += 37) {
      Files.write(jar, Arrays.copyOf(whole, size));
      refuses(jar, "SW-104", "family.jar: is not a jar, or is damaged");
      refuses(folder, "SW-104", "family.jar");
    }
  }

  @Test
  void isRefusedWhereAnEntryWasChanged() throws IOException {
    byte[] whole = Files.readAllBytes(jar);
    String text = new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1);
    byte[] changed = whole.clone();
    changed[text.indexOf("a family")] ^= 1;
    Files.write(jar, changed);
    refuses(jar, "SW-104", "'stored.txt' does not have its CRC-32");
    changed = whole.clone();
    changed[text.indexOf("deflated.txt") + 13] ^= 1;
    Files.write(jar, changed);
    refuses(jar, "SW-104", "family.jar");
  }

  @Test
  void isRefusedWhereAFolderMayNotBeRead() throws IOException {
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(closed), "a superuser may read everything");
    refuses(closed, "SW-401", "can't be listed: permission denied");
  }
}

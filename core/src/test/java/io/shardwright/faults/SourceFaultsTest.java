package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import io.shardwright.faults.Faults.Operation;
import io.shardwright.faults.Model.Kind;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sources that can't be read, or that change or vanish while they are read. */
class SourceFaultsTest {
  /** What somebody does to the source meanwhile. */
  private interface Change {
    void to(Path file) throws IOException;
  }

  @TempDir Path folder;
  private final Model model = Model.of(Kind.ARCHIVE);
  private Path source;
  private Path disk;

  @BeforeEach
  void prepare() throws IOException {
    source = model.source(folder);
    disk = Files.createDirectories(folder.resolve("disk"));
  }

  private CheckpointException refusal(Path from) throws IOException {
    var request = model.request(from, model.target(disk));
    var refusal = assertThrows(CheckpointException.class, () -> Model.run(request));
    Model.assertHolds(disk, refusal.toString());
    return refusal;
  }

  @Test
  void noticesASourceThatChangesMeanwhile() throws IOException {
    List<Change> changes =
        List.of(
            file -> Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH)),
            file -> Files.write(file, new byte[] {1}, StandardOpenOption.APPEND),
            SourceFaultsTest::cut,
            SourceFaultsTest::overwrite,
            file -> keepingTime(file, SourceFaultsTest::overwrite),
            file -> keepingTime(file, SourceFaultsTest::replaceByItself),
            Files::delete,
            SourceFaultsTest::replace);
    for (Change change : changes) {
      for (boolean resume : new boolean[] {false, true}) {
        assertNoticed(change, resume);
      }
    }
  }

  private void assertNoticed(Change change, boolean resume) throws IOException {
    Files.deleteIfExists(source);
    model.source(folder);
    var request = model.request(source, model.target(disk));
    var wanted = resume ? Model.resuming(request) : request;
    boolean[] done = new boolean[1];
    var refusal =
        assertThrows(
            CheckpointException.class,
            () ->
                Model.run(
                    wanted,
                    (phase, at, total) -> {
                      if (!done[0] && at > total / 3) {
                        done[0] = true;
                        unchecked(change, source);
                      }
                    }));
    assertEquals(ErrorCode.SOURCE_CHANGED, refusal.code(), refusal.toString());
    Model.assertHolds(disk, refusal.toString());
  }

  private static void unchecked(Change change, Path file) {
    try {
      change.to(file);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static void cut(Path file) throws IOException {
    try (var open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(open.length() / 2);
    }
  }

  private static void overwrite(Path file) throws IOException {
    byte[] other = new byte[(int) Files.size(file)];
    Files.write(file, other, StandardOpenOption.WRITE);
  }

  private static void replace(Path file) throws IOException {
    Path other = Files.write(file.resolveSibling("other"), new byte[9]);
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void keepingTime(Path file, Change change) throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    change.to(file);
    Files.setLastModifiedTime(file, time);
  }

  private static void replaceByItself(Path file) throws IOException {
    Path other = Files.write(file.resolveSibling("other"), Files.readAllBytes(file));
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** A mapping that was written through lately can be written through without a trace. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "gpt2", "timm-vit"})
  void comparesWithTheSourceOnceMoreWhereNoTimeTellsOfWrites(String kind) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(kind));
    try (var files = Files.list(Path.of("src/test/resources/community").resolve(kind))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    var unknown =
        new Faults() {
          @Override
          public void before(Operation operation, Path path) {}

          @Override
          public String type(String real) {
            return "unknown";
          }
        };
    var request =
        ReshardRequest.builder(FaultyFileSystem.path(copy, unknown), model.target(disk))
            .run(RunOptions.DEFAULT.withThreads(1));
    Model.run(request);
    Files.delete(model.target(disk));
    try (var file =
        FileChannel.open(
            copy.resolve("model.safetensors"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size());
      int first = 8 + (int) mapped.order(ByteOrder.LITTLE_ENDIAN).getLong(0);
      int place = first + mapped.capacity() / 4;
      byte was = mapped.get(place);
      mapped.put(place, was);
      var refusal =
          assertThrows(
              CheckpointException.class,
              () ->
                  Model.run(
                      request,
                      (phase, done, total) -> {
                        if (done > total / 2) {
                          mapped.put(place, (byte) ~was);
                        }
                      }));
      assertEquals(ErrorCode.SOURCE_CHANGED, refusal.code(), refusal.toString());
      Model.assertHolds(disk, refusal.toString());
    }
  }

  @Test
  void saysThatADeviceFails() throws IOException {
    var all = EnumSet.of(Operation.READ, Operation.OPEN_TO_READ);
    var calm = NthFails.never(all);
    Model.run(model.request(FaultyFileSystem.path(source, calm), folder.resolve("calm.nemo")));
    for (int n : Points.of(calm.count(), 3)) {
      var faults = NthFails.forGood(all, n, path -> new IOException("Input/output error"));
      var refusal = refusal(FaultyFileSystem.path(source, faults));
      assertEquals(ErrorCode.READ_FAILED, refusal.code(), n + ": " + refusal);
      assertTrue(refusal.getMessage().contains("Input/output error"), n + ": " + refusal);
    }
  }

  @Test
  void readsWhatComesInSmallPieces() throws IOException {
    Faults slow =
        new Faults() {
          @Override
          public void before(Operation operation, Path path) {}

          @Override
          public int most(int bytes) {
            return Math.min(bytes, 1_000);
          }
        };
    Model.run(model.request(FaultyFileSystem.path(source, slow), model.target(disk)));
    assertEquals(model.expected(folder), Model.contents(model.target(disk)));
  }

  @Test
  void saysThatARankMayNotBeRead() throws IOException {
    Path ranks = folder.resolve("ranks");
    Model.run(Model.of(Kind.FOLDER).request(source, ranks));
    Faults denied =
        (operation, path) -> {
          if (operation == Operation.OPEN_TO_READ && path.toString().contains("mp_rank_01")) {
            throw new AccessDeniedException(path.toString());
          }
        };
    var refusal = refusal(FaultyFileSystem.path(ranks, denied));
    assertEquals(ErrorCode.READ_FAILED, refusal.code(), refusal.toString());
    assertTrue(refusal.getMessage().contains("permission denied"), refusal.toString());
    assertTrue(refusal.getMessage().contains("mp_rank_01"), refusal.toString());
  }

  @Test
  void saysThatARankHasVanished() throws IOException {
    Path ranks = folder.resolve("ranks");
    Model.run(Model.of(Kind.FOLDER).request(source, ranks));
    Path rank = ranks.resolve("mp_rank_01/model_weights.ckpt");
    Faults vanishing =
        (operation, path) -> {
          if (operation == Operation.OPEN_TO_READ) {
            Files.deleteIfExists(rank);
          }
        };
    var late = refusal(FaultyFileSystem.path(ranks, vanishing));
    assertEquals(ErrorCode.SOURCE_MISSING, late.code(), late.toString());
    assertEquals(ErrorCode.RANK_MISSING, refusal(ranks).code());
  }

  @Test
  void saysWhatIsNoFile() throws Exception {
    var folderRefusal = refusal(Files.createDirectories(folder.resolve("empty.nemo")));
    assertEquals(ErrorCode.FORMAT_UNKNOWN, folderRefusal.code());
    if (Files.exists(Path.of("/dev/zero"))) {
      var device = refusal(Path.of("/dev/zero"));
      assertEquals(ErrorCode.SOURCE_MISSING, device.code());
      assertTrue(device.getMessage().contains("not a regular file"), device.toString());
      Path pipe = folder.resolve("pipe.nemo");
      new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
      assertTrue(refusal(pipe).getMessage().contains("a pipe or a device"));
    }
  }

  @Test
  void leavesNothingOfAnArchiveThatIsUnpackedToAFullDisk() throws IOException {
    Path packed = folder.resolve("packed.nemo");
    try (var gzip = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(source, gzip);
    }
    var growing = EnumSet.of(Operation.OPEN_TO_WRITE, Operation.WRITE);
    for (int n = 1; n <= 20; n++) {
      var full = NthFails.forGood(growing, n, p -> new IOException("No space left on device"));
      Path target = FaultyFileSystem.path(model.target(disk), full);
      var request = ReshardRequest.builder(packed, target).tensorModelParallelSize(2);
      var refusal = assertThrows(CheckpointException.class, () -> Model.run(request));
      assertEquals(ErrorCode.DISK_FULL, refusal.code(), n + ": " + refusal);
      assertTrue(refusal.getMessage().contains("needs "), n + ": " + refusal);
      Model.assertHolds(disk, "operation " + n);
    }
  }
}

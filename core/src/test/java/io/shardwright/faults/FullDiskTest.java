package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.faults.Faults.Operation;
import io.shardwright.faults.Model.Kind;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A disk that is full, from any moment on. */
class FullDiskTest {
  /** What takes room. */
  private static final Set<Operation> GROWING =
      EnumSet.of(
          Operation.OPEN_TO_WRITE,
          Operation.WRITE,
          Operation.FORCE,
          Operation.CREATE_FOLDER,
          Operation.LINK,
          Operation.MOVE);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"ARCHIVE", "ARRAYS"})
  void leavesNoTargetWheneverItFillsUp(Kind kind) throws IOException {
    int points =
        fillsUp(kind, 14, path -> new IOException("No space left on device"), bytes -> bytes);
    assertTrue(points >= 20, points + " points");
  }

  @Test
  void tellsAQuotaThatIsUsedUp() throws IOException {
    fillsUp(
        Kind.HUGGING_FACE,
        1,
        path -> new FileSystemException(path.toString(), null, "Disk quota exceeded"),
        bytes -> bytes);
  }

  @Test
  void tellsAFullDiskInAnyLanguageByWhatIsFree() throws IOException {
    fillsUp(Kind.FOLDER, 1, path -> new IOException("Auf dem Gerät ist kein Platz mehr"), b -> 0L);
  }

  /** Though a disk that may not be written often has nothing free either. */
  @Test
  void tellsAPermissionThatLacksFromRoomThatLacks() throws IOException {
    Model model = Model.of(Kind.FOLDER);
    Path source = model.source(folder);
    List<Function<Path, IOException>> failures =
        List.of(
            path -> new AccessDeniedException(path.toString()),
            path -> new FileSystemException(path.toString(), null, "Read-only file system"),
            path -> new FileSystemException(path.toString(), null, "Operation not permitted"));
    for (int i = 0; i < failures.size(); i++) {
      for (int n : new int[] {1, 2, 5, 40}) {
        Path disk = Files.createDirectories(folder.resolve("disk" + i + "-" + n));
        var operations = EnumSet.of(Operation.OPEN_TO_WRITE, Operation.WRITE);
        var denied = new FillingDisk(NthFails.forGood(operations, n, failures.get(i)), b -> 0L);
        Path target = FaultyFileSystem.path(model.target(disk), denied);
        var refusal =
            assertThrows(CheckpointException.class, () -> Model.run(model.request(source, target)));
        assertEquals(ErrorCode.TARGET_DENIED, refusal.code(), n + ": " + refusal);
        assertFalse(refusal.getMessage().matches(".*(room|full|needs).*"), refusal.toString());
        Model.assertHolds(disk, n + ": " + refusal);
      }
    }
  }

  private int fillsUp(
      Kind kind, int some, Function<Path, IOException> failure, Function<Long, Long> free)
      throws IOException {
    Model model = Model.of(kind);
    Path source = model.source(folder);
    var calm = NthFails.never(GROWING);
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Path there = FaultyFileSystem.path(model.target(disk), calm);
    long needed = Model.run(model.request(source, there)).bytesWritten();
    var points = Points.of(calm.count(), some);
    for (int n : points) {
      disk = Files.createDirectories(folder.resolve("disk" + n));
      var full = new FillingDisk(NthFails.forGood(GROWING, n, failure), free);
      Path target = FaultyFileSystem.path(model.target(disk), full);
      String when = kind + ", operation " + n + " of " + calm.count();
      var refusal =
          assertThrows(
              CheckpointIoException.class, () -> Model.run(model.request(source, target)), when);
      assertEquals(ErrorCode.DISK_FULL, refusal.code(), when + ": " + refusal);
      assertTrue(refusal.getMessage().contains(target.toString()), when + ": " + refusal);
      assertTrue(refusal.getMessage().contains(needed + " bytes"), when + ": " + refusal);
      assertTrue(full.reached(), when + ": " + refusal);
      Model.assertHolds(disk, when);
    }
    return points.size();
  }

  /** Says that it is full when it is. */
  private record FillingDisk(NthFails faults, Function<Long, Long> left) implements Faults {
    boolean reached() {
      return faults.reached();
    }

    @Override
    public void before(Operation operation, Path path) throws IOException {
      faults.before(operation, path);
    }

    @Override
    public long free(long bytes) {
      return reached() ? left.apply(bytes) : bytes;
    }
  }

  @Test
  void refusesBeforeItBeginsWhereThereIsNoRoom() throws IOException {
    Model model = Model.of(Kind.ARCHIVE);
    Path source = model.source(folder);
    Path disk = Files.createDirectories(folder.resolve("disk"));
    var full =
        new Faults() {
          @Override
          public void before(Operation operation, Path path) throws IOException {
            if (operation == Operation.WRITE && path.toString().endsWith(".partial")) {
              throw new AssertionError("has begun");
            }
          }

          @Override
          public long free(long bytes) {
            return 400_000;
          }
        };
    Path target = FaultyFileSystem.path(model.target(disk), full);
    var refusal =
        assertThrows(CheckpointIoException.class, () -> Model.run(model.request(source, target)));
    assertEquals(ErrorCode.DISK_FULL, refusal.code());
    assertTrue(refusal.getMessage().contains("501760 bytes, 400000 are free"), refusal.toString());
    Model.assertHolds(disk, "no room");
  }
}

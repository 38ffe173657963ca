package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small disk of its own, which only a superuser may mount. */
@Tag("process")
class MountProcessTest {
  private static final int KIBIBYTES = 700;

  @TempDir Path folder;
  private final Model model = Model.of(Model.Kind.ARCHIVE);
  private Path source;
  private Path disk;
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    source = model.source(folder);
    disk = Files.createDirectories(folder.resolve("disk"));
    mounted = runs("mount", "-t", "tmpfs", "-o", "size=" + KIBIBYTES + "k", "tmpfs", disk);
    assumeTrue(mounted, "mounting needs a superuser; FullDiskTest does without");
  }

  @AfterEach
  void unmount() throws Exception {
    assertTrue(!mounted || runs("umount", disk));
  }

  private static boolean runs(Object... command) throws Exception {
    var texts = java.util.Arrays.stream(command).map(Object::toString).toList();
    try {
      return new ProcessBuilder(texts).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }

  private ReshardRequestBuilder request() {
    return model.request(source, model.target(disk));
  }

  private CheckpointException refusal(ProgressListener listener) {
    return assertThrows(CheckpointException.class, () -> Model.run(request(), listener));
  }

  @Test
  void leavesNoTargetWhenTheDiskFillsUpAtTwentyPoints() throws IOException {
    Path other = disk.resolve("other");
    for (int point = 1; point <= 20; point++) {
      int wanted = 2 * point;
      int[] count = new int[1];
      var refusal =
          refusal(
              (phase, done, total) -> {
                if (++count[0] == wanted) {
                  fill(other);
                }
              });
      assertEquals(ErrorCode.DISK_FULL, refusal.code(), point + ": " + refusal);
      assertTrue(refusal.getMessage().contains("needs 501760 bytes"), refusal.toString());
      assertTrue(refusal.getMessage().contains(disk + "/out.nemo"), refusal.toString());
      Model.assertHolds(disk, "point " + point, "other");
      Files.delete(other);
    }
    Model.run(request());
  }

  /** Somebody else takes all that is left. */
  private static void fill(Path other) {
    byte[] page = new byte[4_096];
    try (var file = Files.newOutputStream(other, StandardOpenOption.CREATE_NEW)) {
      while (true) {
        file.write(page);
      }
    } catch (IOException full) {
      assertTrue(full.getMessage().contains("No space left"), full.toString());
    }
  }

  @Test
  void refusesADiskWithoutRoomBeforeItBegins() throws IOException {
    Files.write(disk.resolve("other"), new byte[300 << 10]);
    var refusal = refusal((phase, done, total) -> assertTrue(false, "has begun"));
    assertEquals(ErrorCode.DISK_FULL, refusal.code(), refusal.toString());
    Model.assertHolds(disk, "no room", "other");
  }

  @Test
  void saysThatADiskIsReadOnly() throws Exception {
    assertTrue(runs("mount", "-o", "remount,ro", disk));
    var refusal = refusal(ProgressListener.SILENT);
    assertEquals(ErrorCode.TARGET_DENIED, refusal.code(), refusal.toString());
    assertTrue(refusal.getMessage().contains("Read-only file system"), refusal.toString());
  }

  @Test
  void goesOnWhenThereIsRoomAgain() throws IOException {
    Path other = disk.resolve("other");
    var refusal =
        assertThrows(
            CheckpointException.class,
            () ->
                Model.run(
                    Model.resuming(request()),
                    (phase, done, total) -> {
                      if (done > total / 2 && Files.notExists(other)) {
                        fill(other);
                      }
                    }));
    assertTrue(refusal.getMessage().contains("completed work is kept"), refusal.toString());
    var stillFull =
        assertThrows(CheckpointException.class, () -> Model.run(Model.resuming(request())));
    assertEquals(ErrorCode.DISK_FULL, stillFull.code());
    Files.delete(other);
    assertTrue(Model.run(Model.resuming(request())).bytesResumed() > 100_000);
    assertEquals(model.expected(folder), Model.contents(model.target(disk)));
    Model.assertHolds(disk, "room again", "out.nemo");
  }
}

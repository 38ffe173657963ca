package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.SavedPlan;
import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import io.shardwright.core.RunOptions.Part;
import io.shardwright.faults.Faults.Operation;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Targets in an object store that takes uploads by parts, in one run and in parts. */
class StoreTargetsTest {
  private static final int SEED = 20_261_130;
  private static final EnumSet<Operation> ALL = EnumSet.allOf(Operation.class);

  @TempDir Path folder;
  private final UploadProvider.Uploads uploads = new UploadProvider.Uploads();

  private Path store(String name, Faults faults) {
    Path disk = folder.resolve("stores").resolve(name);
    try {
      Files.createDirectories(disk);
      Path keeps = disk.resolve("keeps");
      if (!Files.exists(keeps)) {
        Files.createFile(keeps);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return FaultyFileSystem.uploaded(disk, uploads, faults);
  }

  private ReshardRequestBuilder request(PartsTest.Target kind, Path target) {
    try {
      return kind.request(kind.model().source(folder.resolve(kind.toString())), target);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Report part(ReshardRequestBuilder request, int number, int of) {
    var run = RunOptions.DEFAULT.withThreads(2).withPart(new Part(number, of));
    return Model.run(request.run(run));
  }

  private static Report finish(Path target) {
    return SavedPlan.finish(
        Shardwright.create(), target, RunOptions.DEFAULT, ProgressListener.SILENT);
  }

  private Path calm(PartsTest.Target kind) throws IOException {
    Path calm = kind.model().target(Files.createDirectories(folder.resolve("calm")));
    Model.run(request(kind, calm).overwrite(true));
    return calm;
  }

  private void assertComplete(PartsTest.Target kind, Path calm, String store, String when)
      throws IOException {
    Path target = kind.model().target(folder.resolve("stores").resolve(store));
    assertEquals(Model.contents(calm), Model.contents(target), when);
    Model.assertHolds(target.getParent(), when, "keeps", target.getFileName().toString());
    assertEquals(0, uploads.open(), when);
  }

  @ParameterizedTest
  @EnumSource
  void oneRunWritesWhatItWritesOnADisk(PartsTest.Target kind) throws IOException {
    Path calm = calm(kind);
    var report = Model.run(request(kind, kind.model().target(store("one", Faults.NONE))));
    assertTrue(report.verified());
    assertComplete(kind, calm, "one", "one run");
  }

  @ParameterizedTest
  @EnumSource
  void partsInAnyOrderWriteWhatOneRunWrites(PartsTest.Target kind) throws IOException {
    Path calm = calm(kind);
    var random = new Random(SEED);
    for (int count : new int[] {2, 7}) {
      Path target = kind.model().target(store("parts" + count, Faults.NONE));
      var order = new ArrayList<>(IntStream.rangeClosed(1, count).boxed().toList());
      Collections.shuffle(order, random);
      for (int number : order) {
        part(request(kind, target), number, count);
        assertFalse(Files.exists(target), "before it is finished");
      }
      assertTrue(finish(target).verified());
      assertComplete(kind, calm, "parts" + count, "seed " + SEED + ", " + count + " parts");
    }
  }

  @Test
  void anExistingTargetIsReplacedOnlyWhereThatIsAllowed() throws IOException {
    for (var kind : List.of(PartsTest.Target.ARCHIVE, PartsTest.Target.HUGGING_FACE)) {
      String name = kind.toString();
      Path target = kind.model().target(store(name, Faults.NONE));
      Path there = kind == PartsTest.Target.ARCHIVE ? target : target.resolve("old/file");
      Files.createDirectories(FaultyPaths.unwrap(there).getParent());
      Files.writeString(FaultyPaths.unwrap(there), "old");
      var refusal = assertThrows(CheckpointException.class, () -> Model.run(request(kind, target)));
      assertEquals(ErrorCode.TARGET_EXISTS, refusal.code());
      Model.run(request(kind, target).overwrite(true));
      assertComplete(kind, calm(kind), name, "replaced");
      part(request(kind, target).overwrite(true), 1, 1);
      finish(target);
      assertComplete(kind, calm(kind), name, "replaced in parts");
    }
  }

  @Test
  void oneOfTwoFinishersWinsOrBothDoTheSame() throws IOException {
    var kind = PartsTest.Target.TORCH_DIST;
    Path calm = calm(kind);
    Path target = kind.model().target(store("two", Faults.NONE));
    part(request(kind, target), 2, 2);
    part(request(kind, target), 1, 2);
    var finishers =
        IntStream.range(0, 2)
            .mapToObj(n -> CompletableFuture.supplyAsync(() -> ends(() -> finish(target))))
            .toList();
    var died = finishers.stream().map(CompletableFuture::join).toList();
    assertTrue(died.contains(false), "one of them ends");
    assertComplete(kind, calm, "two", "after two finishers");
  }

  /** Whether it ends at an operation, as if killed. */
  private static boolean ends(Runnable process) {
    try {
      process.run();
      return false;
    } catch (RuntimeException dead) {
      return true;
    }
  }

  private static NthFails dead(int n) {
    return NthFails.forGood(ALL, n, path -> new IOException("dead"));
  }

  @ParameterizedTest
  @EnumSource(names = "ZARR")
  void aRunThatWasKilledIsRepeatedAndLeavesNothing(PartsTest.Target kind) throws IOException {
    Path calm = calm(kind);
    var counted = NthFails.never(ALL);
    Model.run(request(kind, kind.model().target(store("counted", counted))));
    for (int n : Points.of(counted.count(), 1)) {
      String name = "killed" + n;
      ends(() -> Model.run(request(kind, kind.model().target(store(name, dead(n))))));
      Path target = kind.model().target(store(name, Faults.NONE));
      boolean there = Files.exists(target);
      if (there && Model.contents(calm).equals(Model.contents(target))) {
        Model.run(request(kind, target).overwrite(true));
      } else {
        Model.run(request(kind, target));
      }
      assertComplete(kind, calm, name, "killed at operation " + n);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "ARCHIVE")
  void partsAndFinishersThatWereKilledAreRepeated(PartsTest.Target kind) throws IOException {
    Path calm = calm(kind);
    var counted = NthFails.never(ALL);
    Path first = kind.model().target(store("counted", Faults.NONE));
    part(request(kind, kind.model().target(store("counted", counted))), 1, 2);
    int inPart = counted.count();
    part(request(kind, first), 2, 2);
    finish(kind.model().target(store("counted", counted)));
    int inFinish = counted.count() - inPart;
    for (int n : Points.of(inPart, 1)) {
      killed(kind, calm, "part" + n, n, inFinish);
    }
    for (int n : Points.of(inFinish, 1)) {
      killed(kind, calm, "finish" + n, inPart, n);
    }
  }

  private void killed(PartsTest.Target kind, Path calm, String name, int inPart, int inFinish)
      throws IOException {
    Path target = kind.model().target(store(name, Faults.NONE));
    ends(() -> part(request(kind, kind.model().target(store(name, dead(inPart)))), 1, 2));
    part(request(kind, target), 2, 2);
    part(request(kind, target), 1, 2);
    ends(() -> finish(kind.model().target(store(name, dead(inFinish)))));
    ends(() -> finish(target));
    assertComplete(kind, calm, name, name);
  }
}

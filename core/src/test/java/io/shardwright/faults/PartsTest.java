package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.SavedPlan;
import io.shardwright.Shardwright;
import io.shardwright.core.HuggingFaceOptions;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import io.shardwright.core.RunOptions.Part;
import io.shardwright.core.TargetFormat;
import io.shardwright.faults.Faults.Operation;
import io.shardwright.faults.Model.Kind;
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
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Targets that several processes write, each a part. */
class PartsTest {
  private static final Shardwright SHARDWRIGHT = Shardwright.create();
  private static final int SEED = 20_261_130;

  @TempDir Path folder;

  /** Kinds of targets. */
  enum Target {
    ARCHIVE(Kind.ARCHIVE, request -> request),
    RANKS(Kind.FOLDER, request -> request),
    ZARR(Kind.ARRAYS, request -> request),
    HUGGING_FACE(
        Kind.HUGGING_FACE,
        request -> request.huggingFace(new HuggingFaceOptions(200_000, Optional.empty()))),
    TORCH_DIST(
        Kind.HUGGING_FACE,
        request -> request.format(new TargetFormat("torch_dist")).tensorModelParallelSize(2));

    private final Model model;
    private final UnaryOperator<ReshardRequestBuilder> change;

    Target(Kind kind, UnaryOperator<ReshardRequestBuilder> change) {
      model = Model.of(kind);
      this.change = change;
    }

    Model model() {
      return model;
    }

    ReshardRequestBuilder request(Path source, Path target) {
      return change.apply(model.request(source, target));
    }
  }

  private Path source(Target kind) {
    try {
      return kind.model.source(folder);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Report part(ReshardRequestBuilder request, int number, int of) {
    var run = RunOptions.DEFAULT.withThreads(1).withPart(new Part(number, of));
    return Model.run(request.run(run));
  }

  private static Report finish(Path target) {
    return SavedPlan.finish(SHARDWRIGHT, target, RunOptions.DEFAULT, ProgressListener.SILENT);
  }

  private static List<Integer> order(int count, Random random) {
    var order = new ArrayList<>(IntStream.rangeClosed(1, count).boxed().toList());
    Collections.shuffle(order, random);
    return order;
  }

  @ParameterizedTest
  @EnumSource
  void partsInAnyOrderWriteWhatOneRunWrites(Target kind) throws IOException {
    Path calm = kind.model.target(Files.createDirectories(folder.resolve("calm")));
    Report one = Model.run(kind.request(source(kind), calm));
    var random = new Random(SEED);
    for (int count : new int[] {1, 2, 3, 7}) {
      Path disk = Files.createDirectories(folder.resolve("disk" + count));
      Path target = kind.model.target(disk);
      long read = 0;
      for (int number : order(count, random)) {
        read += part(kind.request(source(kind), target), number, count).bytesRead();
        assertFalse(Files.exists(target), "before it is finished");
      }
      Report report = finish(target);
      String when = "seed " + SEED + ", " + count + " parts";
      assertEquals(Model.contents(calm), Model.contents(target), when);
      Model.assertHolds(disk, when, target.getFileName().toString());
      assertTrue(report.verified(), when);
      assertTrue(read <= 1.05 * one.bytesRead(), read + " of " + one.bytesRead() + ", " + when);
    }
  }

  private ReshardRequestBuilder archive(Path target) {
    return Target.ARCHIVE.request(source(Target.ARCHIVE), target);
  }

  private static CheckpointException refused(ErrorCode code, Runnable attempt) {
    var refusal = assertThrows(CheckpointException.class, attempt::run);
    assertEquals(code, refusal.code(), refusal.toString());
    return refusal;
  }

  @Test
  void namesThePartsThatLack() throws IOException {
    Path target = folder.resolve("out.nemo");
    refused(ErrorCode.PARTS_MISSING, () -> finish(target));
    part(archive(target), 3, 6);
    var refusal = refused(ErrorCode.PARTS_MISSING, () -> finish(target));
    assertTrue(refusal.getMessage().contains("parts 1-2, 4-6 of 6"), refusal.getMessage());
    refused(ErrorCode.TARGET_EXISTS, () -> Model.run(archive(target)));
  }

  @Test
  void refusesPartsOfAnotherPlan() throws IOException {
    Path target = folder.resolve("out.nemo");
    part(archive(target), 1, 2);
    var other = refused(ErrorCode.PLAN_DIFFERS, () -> part(archive(target), 1, 3));
    assertTrue(other.getMessage().contains("'parts' is 3, expected 2"), other.getMessage());
    other =
        refused(
            ErrorCode.PLAN_DIFFERS, () -> part(archive(target).tensorModelParallelSize(1), 2, 2));
    String expected = "'tensor_model_parallel_size' is 1, expected 2";
    assertTrue(other.getMessage().contains(expected), other.getMessage());
    Files.write(source(Target.ARCHIVE), Files.readAllBytes(source(Target.ARCHIVE)));
    refused(ErrorCode.SOURCE_CHANGED, () -> part(archive(target), 2, 2));
    refused(
        ErrorCode.SOURCE_CHANGED,
        () -> {
          Path record = folder.resolve(".out.nemo.parts/part-2");
          try {
            Files.copy(folder.resolve(".out.nemo.parts/part-1"), record);
          } catch (IOException impossible) {
            throw new AssertionError(impossible);
          }
          finish(target);
        });
  }

  @Test
  void refusesARecordThatIsDamagedOrOfAnotherPart() throws IOException {
    Path target = folder.resolve("out.nemo");
    part(archive(target), 1, 2);
    Path records = folder.resolve(".out.nemo.parts");
    Files.copy(records.resolve("part-1"), records.resolve("part-2"));
    var refusal = refused(ErrorCode.PARTS_MISSING, () -> finish(target));
    assertTrue(refusal.getMessage().contains("record of part 2"), refusal.getMessage());
    Files.delete(records.resolve("part-2"));
    part(archive(target), 2, 2);
    finish(target);
    assertEquals(expected(), Model.contents(target));
  }

  private TreeMap<String, String> expected() throws IOException {
    return Target.ARCHIVE.model.expected(folder);
  }

  @Test
  void oneOfTwoFinishersWins() throws IOException {
    Path target = folder.resolve("out.nemo");
    part(archive(target), 2, 2);
    part(archive(target), 1, 2);
    var finishers =
        IntStream.range(0, 2)
            .mapToObj(n -> CompletableFuture.supplyAsync(() -> outcome(target)))
            .toList();
    var outcomes = finishers.stream().map(CompletableFuture::join).sorted().toList();
    assertEquals("", outcomes.get(0), outcomes.toString());
    assertTrue(outcomes.get(1).contains("out.nemo"), outcomes.toString());
    assertEquals(expected(), Model.contents(target));
  }

  private static String outcome(Path target) {
    try {
      finish(target);
      return "";
    } catch (CheckpointException refusal) {
      return refusal.toString();
    }
  }

  @Test
  void replacesATargetOnceItIsComplete() throws IOException {
    Path target = folder.resolve("out.nemo");
    Files.writeString(target, "old");
    refused(ErrorCode.TARGET_EXISTS, () -> part(archive(target), 1, 2));
    part(archive(target).overwrite(true), 1, 2);
    part(archive(target).overwrite(true), 2, 2);
    assertEquals("old", Files.readString(target));
    finish(target);
    assertEquals(expected(), Model.contents(target));
  }

  private static final EnumSet<Operation> ALL = EnumSet.allOf(Operation.class);

  /** Ends at an operation, as if killed, whatever it says. */
  private static boolean ends(Runnable process) {
    try {
      process.run();
      return false;
    } catch (RuntimeException dead) {
      return true;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ARCHIVE", "HUGGING_FACE"})
  void aPartThatWasKilledIsRepeated(Target kind) throws IOException {
    Path calm = kind.model.target(Files.createDirectories(folder.resolve("calm")));
    Model.run(kind.request(source(kind), calm));
    var random = new Random(SEED);
    for (int round = 0; round < 3; round++) {
      Path disk = Files.createDirectories(folder.resolve("disk" + round));
      Path target = kind.model.target(disk);
      int n = 1 + random.nextInt(60);
      var faults = NthFails.forGood(ALL, n, path -> new IOException("dead"));
      Path faulty = FaultyFileSystem.path(target, faults);
      ends(() -> part(kind.request(source(kind), faulty).sync(false), 2, 3));
      for (int number : order(3, random)) {
        part(kind.request(source(kind), target), number, 3);
      }
      finish(target);
      String when = "seed " + SEED + ", killed at operation " + n;
      assertEquals(Model.contents(calm), Model.contents(target), when);
      Model.assertHolds(disk, when, target.getFileName().toString());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ARCHIVE", "ZARR"})
  void aFinisherThatWasKilledIsRepeated(Target kind) throws IOException {
    Path calm = kind.model.target(Files.createDirectories(folder.resolve("calm")));
    Model.run(kind.request(source(kind), calm));
    Path parts = Files.createDirectories(folder.resolve("parts"));
    part(kind.request(source(kind), kind.model.target(parts)), 1, 2);
    part(kind.request(source(kind), kind.model.target(parts)), 2, 2);
    var counted = NthFails.never(ALL);
    killed(kind, parts, "counted", counted, calm);
    for (int n : Points.of(counted.count(), 1)) {
      var faults = NthFails.forGood(ALL, n, path -> new IOException("dead"));
      killed(kind, parts, "disk" + n, faults, calm);
    }
  }

  private void killed(Target kind, Path parts, String name, NthFails faults, Path calm)
      throws IOException {
    Path disk = folder.resolve(name);
    copy(parts, disk);
    Path target = kind.model.target(disk);
    ends(() -> finish(FaultyFileSystem.path(target, faults)));
    boolean there = Files.exists(target);
    assertTrue(!there || Model.contents(calm).equals(Model.contents(target)), name);
    ends(() -> finish(target));
    assertEquals(Model.contents(calm), Model.contents(target), name);
    Model.assertHolds(disk, name, target.getFileName().toString());
  }

  /** Parts may be moved with their target's folder. */
  private static void copy(Path from, Path to) throws IOException {
    try (var all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each).toString()));
      }
    }
  }
}

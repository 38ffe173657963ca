package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.faults.Faults.Operation;
import io.shardwright.faults.Model.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that ends between any two operations on files, as by {@code kill -9}. */
@Tag("sampled")
class CrashTest {
  private static final Set<Operation> ALL = EnumSet.allOf(Operation.class);

  @TempDir Path folder;
  private Model model;
  private Path source;
  private TreeMap<String, String> expected;

  private void prepare(Kind kind) throws IOException {
    model = Model.of(kind);
    source = model.source(folder);
    expected = model.expected(folder);
  }

  private int operations() throws IOException {
    var calm = NthFails.never(ALL);
    Path disk = Files.createDirectories(folder.resolve("counting"));
    Model.run(model.request(source, FaultyFileSystem.path(model.target(disk), calm)));
    return calm.count();
  }

  @ParameterizedTest
  @EnumSource
  void isResumedToTheSameBytes(Kind kind) throws IOException {
    prepare(kind);
    int all = operations();
    long resumed = 0;
    for (int n : Points.of(all, 3)) {
      Path disk = crash(n, false);
      var report = Model.run(Model.resuming(fresh(disk)));
      resumed = Math.max(resumed, report.bytesResumed());
      complete(disk, kind + ", resumed after operation " + n + " of " + all);
    }
    assertTrue(resumed > 100_000, "took over at most " + resumed + " bytes");
  }

  @ParameterizedTest
  @EnumSource(names = {"ARCHIVE", "ARRAYS"})
  void isRunAgainFromTheStart(Kind kind) throws IOException {
    prepare(kind);
    int all = operations();
    for (int n : Points.of(all, 1)) {
      Path disk = crash(n, false);
      String when = kind + ", run again after operation " + n + " of " + all;
      if (Files.exists(model.target(disk))) {
        var before = names(disk);
        assertThrows(RuntimeException.class, () -> Model.run(fresh(disk)), when);
        assertEquals(before, names(disk), when);
        Model.run(Model.resuming(fresh(disk)));
      } else {
        Model.run(fresh(disk));
      }
      complete(disk, when);
    }
  }

  private static List<Path> names(Path disk) throws IOException {
    try (var entries = Files.list(disk)) {
      return entries.sorted().toList();
    }
  }

  private ReshardRequestBuilder fresh(Path disk) {
    return model.request(source, model.target(disk));
  }

  @ParameterizedTest
  @EnumSource(names = {"ARCHIVE", "FOLDER"})
  void neverLosesWhatIsToBeReplaced(Kind kind) throws IOException {
    prepare(kind);
    int all = operations() + 6;
    for (int n : Points.of(all, 1)) {
      Path disk = crash(n, true);
      Model.run(Model.resuming(fresh(disk).overwrite(true)));
      complete(disk, kind + ", resumed after operation " + n + " of " + all);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ARCHIVE", "ARRAYS"})
  void isResumedAfterThePowerWasCut(Kind kind) throws IOException {
    prepare(kind);
    int all = operations();
    for (int n : Points.of(all, 3)) {
      var cut = new PowerCut(NthFails.forGood(ALL, n, path -> new IOException("no power")));
      Path disk = Files.createDirectories(folder.resolve("disk" + n));
      end(disk, cut, false);
      cut.lose(new Random(n));
      String when = kind + ", power cut at operation " + n + " of " + all;
      intact(disk, new TreeMap<>(), when);
      Model.run(Model.resuming(fresh(disk)));
      complete(disk, when);
    }
  }

  private Path crash(int n, boolean overwrite) throws IOException {
    Path disk = Files.createDirectories(folder.resolve("disk" + n));
    Path target = model.target(disk);
    if (overwrite && model.kind() == Kind.ARCHIVE) {
      Files.writeString(target, "old");
    } else if (overwrite) {
      Files.writeString(Files.createDirectories(target).resolve("old"), "old");
    }
    var old = Model.contents(target);
    end(disk, NthFails.forGood(ALL, n, path -> new IOException("dead")), overwrite);
    intact(disk, old, model.kind() + ", ended at operation " + n);
    return disk;
  }

  private void end(Path disk, Faults faults, boolean overwrite) {
    Path target = FaultyFileSystem.path(model.target(disk), faults);
    try {
      Model.run(model.request(source, target).overwrite(overwrite));
    } catch (RuntimeException dead) {
      // Whatever it says, nobody hears it.
    }
  }

  /** The target is what it was, or complete; a folder may be about to be replaced. */
  private void intact(Path disk, TreeMap<String, String> old, String when) throws IOException {
    var found = Model.contents(model.target(disk));
    if (!found.equals(expected) && !(found.isEmpty() && replaced(disk, old))) {
      assertEquals(old, found, when);
    }
  }

  private static boolean replaced(Path disk, TreeMap<String, String> old) throws IOException {
    try (var entries = Files.list(disk)) {
      Function<Path, Boolean> same =
          path -> {
            try {
              return Model.contents(path).equals(old);
            } catch (IOException unreadable) {
              return false;
            }
          };
      return entries.filter(path -> path.toString().endsWith(".replaced")).anyMatch(same::apply);
    }
  }

  private void complete(Path disk, String when) throws IOException {
    assertEquals(expected, Model.contents(model.target(disk)), when);
    Model.assertHolds(disk, when, model.target(disk).getFileName().toString());
  }
}

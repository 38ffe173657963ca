package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.faults.Faults.Operation;
import io.shardwright.faults.Model.Kind;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A disk of which one operation fails, and goes on working. */
@Tag("sampled")
class FailingDiskTest {
  private static final Set<Operation> ALL =
      EnumSet.complementOf(EnumSet.of(Operation.OPEN_TO_READ, Operation.READ));

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void eitherFailsOrIsRightWhicheverOperationFails(Kind kind) throws IOException {
    Model model = Model.of(kind);
    Path source = model.source(folder);
    var expected = model.expected(folder);
    for (int n : Points.of(count(model, source), 1)) {
      Path disk = Files.createDirectories(folder.resolve("disk" + n));
      fails(model, source, disk, expected, n, false);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ARCHIVE", "FOLDER"})
  void neverLosesWhatIsToBeReplaced(Kind kind) throws IOException {
    Model model = Model.of(kind);
    Path source = model.source(folder);
    var expected = model.expected(folder);
    for (int n : Points.of(count(model, source) + 3, 1)) {
      Path disk = Files.createDirectories(folder.resolve("disk" + n));
      Files.createDirectories(model.target(disk));
      Files.writeString(model.target(disk).resolve("old"), "old");
      fails(model, source, disk, expected, n, true);
    }
  }

  private int count(Model model, Path source) throws IOException {
    var calm = NthFails.never(ALL);
    Path disk = Files.createDirectories(folder.resolve("counting"));
    Model.run(model.request(source, FaultyFileSystem.path(model.target(disk), calm)));
    return calm.count();
  }

  private static void fails(
      Model model,
      Path source,
      Path disk,
      TreeMap<String, String> expected,
      int n,
      boolean overwrite)
      throws IOException {
    var old = Model.contents(model.target(disk));
    var faults = NthFails.once(ALL, n, path -> new IOException("Input/output error"));
    var target = FaultyFileSystem.path(model.target(disk), faults);
    String when = model.kind() + ", operation " + n;
    boolean forced = true;
    try {
      Model.run(model.request(source, target).overwrite(overwrite));
      assertEquals(expected, Model.contents(model.target(disk)), when);
    } catch (CheckpointIoException refusal) {
      var codes = List.of(ErrorCode.WRITE_FAILED, ErrorCode.VERIFICATION_FAILED);
      assertTrue(codes.contains(refusal.code()), when + ": " + refusal);
      assertTrue(refusal.getMessage().contains("Input/output error"), when + ": " + refusal);
      assertEquals(old, Model.contents(model.target(disk)), when);
      forced = false;
    }
    requireNoSuccessOfAFailedForce(faults.log(), forced, when);
    tidied(model, source, disk, expected, when);
  }

  private static void requireNoSuccessOfAFailedForce(
      List<String> log, boolean succeeded, String when) {
    for (int i = 0; i < log.size(); i++) {
      if (log.get(i).startsWith("failing FORCE")) {
        assertTrue(!succeeded, when + ": " + log.get(i));
        String file = log.get(i).substring("failing ".length());
        assertTrue(!log.subList(i, log.size()).contains(file), when + ": again " + file);
      }
    }
  }

  /** Whatever was left, the next run makes it right, and leaves nothing. */
  private static void tidied(
      Model model, Path source, Path disk, TreeMap<String, String> expected, String when)
      throws IOException {
    Model.run(model.request(source, model.target(disk)).overwrite(true));
    assertEquals(expected, Model.contents(model.target(disk)), when);
    Model.assertHolds(disk, when, model.target(disk).getFileName().toString());
  }

  @ParameterizedTest
  @EnumSource
  void writesTheSameWhereLittleIsWrittenAtOnce(Kind kind) throws IOException {
    Model model = Model.of(kind);
    Path source = model.source(folder);
    var random = new Random(kind.ordinal());
    Faults little =
        new Faults() {
          @Override
          public void before(Operation operation, Path path) {}

          @Override
          public int most(int bytes) {
            return bytes == 0 ? 0 : 1 + random.nextInt(Math.min(bytes, 3_000));
          }
        };
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Model.run(model.request(source, FaultyFileSystem.path(model.target(disk), little)));
    assertEquals(model.expected(folder), Model.contents(model.target(disk)));
  }

  @ParameterizedTest
  @EnumSource
  void forcesBytesBeforeNamesAndNamesBeforeItSaysSo(Kind kind) throws IOException {
    Model model = Model.of(kind);
    Path disk = Files.createDirectories(folder.resolve("disk"));
    var log = NthFails.never(ALL);
    Path target = FaultyFileSystem.path(model.target(disk), log);
    Model.run(model.request(model.source(folder), target));
    List<String> lines = log.log();
    int move = last(lines, kind == Kind.ARCHIVE ? "LINK out" : "MOVE out");
    assertTrue(move > 0, "published");
    assertTrue(last(lines, "WRITE") < move, "written before it is published");
    assertTrue(lines.indexOf("FORCE disk") > move, "the folder is forced after that");
    for (String line : lines) {
      if (line.startsWith("WRITE") && !line.matches(".*\\.(journal|lock)")) {
        int forced = lines.lastIndexOf(line.replace("WRITE", "FORCE"));
        assertTrue(forced > lines.lastIndexOf(line) && forced < move, line + " is not forced");
      }
      if (line.startsWith("CREATE_FOLDER") && !line.endsWith(" disk")) {
        int forced = lines.lastIndexOf(line.replace("CREATE_FOLDER", "FORCE"));
        assertTrue(forced > last(lines, "WRITE") && forced < move, line + " is not forced");
      }
    }
  }

  private static int last(List<String> lines, String start) {
    int found = -1;
    for (int i = 0; i < lines.size(); i++) {
      found = lines.get(i).startsWith(start) ? i : found;
    }
    return found;
  }

  @Test
  void doesWithoutLinksWhereThereAreNone() throws IOException {
    Model model = Model.of(Kind.ARCHIVE);
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Faults noLinks =
        (operation, path) -> {
          if (operation == Operation.LINK) {
            throw new IOException("Operation not permitted");
          }
        };
    Path target = FaultyFileSystem.path(model.target(disk), noLinks);
    Model.run(model.request(model.source(folder), target));
    assertEquals(model.expected(folder), Model.contents(model.target(disk)));
    Model.assertHolds(disk, "without links", "out.nemo");
  }

  @Test
  void saysWhereTheOldFolderIsIfItCantBeGivenItsNameBack() throws IOException {
    Model model = Model.of(Kind.FOLDER);
    Path disk = Files.createDirectories(folder.resolve("disk/out")).getParent();
    Files.writeString(disk.resolve("out/old"), "old");
    Faults stuck =
        (operation, path) -> {
          if (operation == Operation.MOVE && path.endsWith("out")) {
            throw new IOException("Input/output error");
          }
        };
    Path target = FaultyFileSystem.path(disk.resolve("out"), stuck);
    var request = model.request(model.source(folder), target).overwrite(true);
    var refusal = assertThrows(CheckpointIoException.class, () -> Model.run(request));
    assertTrue(refusal.getMessage().contains(".replaced"), refusal.toString());
    assertTrue(Files.notExists(disk.resolve("out")));
    var again = model.request(model.source(folder), disk.resolve("out"));
    assertThrows(RuntimeException.class, () -> Model.run(again));
    assertEquals("old", Files.readString(disk.resolve("out/old")), "the next run gave it back");
    Model.assertHolds(disk, "given back", "out");
  }
}

package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.faults.Model.Kind;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sources and targets that are in an object store or in a zip file, not on a disk. */
class OtherFileSystemsTest {
  @TempDir Path folder;

  private Path store() throws IOException {
    return FaultyFileSystem.stored(Files.createDirectories(folder.resolve("store")));
  }

  @ParameterizedTest
  @EnumSource
  void takeTheSameBytesFrontToBack(Kind kind) throws IOException {
    var model = Model.of(kind);
    Path store = store();
    Path source = FaultyFileSystem.stored(model.source(folder));
    var report = Model.run(model.request(source, model.target(store)).sync(true));
    assertTrue(report.verified());
    assertEquals(model.expected(folder), Model.contents(model.target(folder.resolve("store"))));
    Model.assertHolds(folder.resolve("store"), "after a run", model.target(Path.of("")).toString());
  }

  @ParameterizedTest
  @EnumSource
  void areFoundInAZipFile(Kind kind) throws IOException {
    var model = Model.of(kind);
    var expected = model.expected(folder);
    Path file = folder.resolve("disk.zip");
    try (var zip = FileSystems.newFileSystem(file, Map.of("create", "true"))) {
      Path source = zip.getPath("/model.nemo");
      Files.copy(model.source(folder), source);
      Path target = model.target(zip.getPath("/made"));
      assertTrue(Model.run(model.request(source, target)).verified());
      var shardwright = Shardwright.create();
      try (var opened = shardwright.open(target)) {
        assertTrue(opened.summary().family().isPresent());
      }
      assertEquals(expected, Model.contents(target));
      Model.assertHolds(zip.getPath("/made"), "after a run", target.getFileName().toString());
    }
  }

  @Test
  void replaceATargetOnlyWhereThatIsAllowed() throws IOException {
    var model = Model.of(Kind.FOLDER);
    Path target = model.target(store());
    Files.createDirectory(target);
    Path source = model.source(folder);
    var refusal =
        assertThrows(CheckpointException.class, () -> Model.run(model.request(source, target)));
    assertEquals(ErrorCode.TARGET_EXISTS, refusal.code());
    Model.run(model.request(source, target).overwrite(true).manifest(true));
    assertEquals(model.expected(folder), Model.contents(target));
    Model.assertHolds(folder.resolve("store"), "replaced", "out", "out.manifest.json");
  }

  @Test
  void beginAnewInsteadOfResuming() throws IOException {
    var model = Model.of(Kind.ARCHIVE);
    Path target = model.target(store());
    var report = Model.run(Model.resuming(model.request(model.source(folder), target)));
    assertEquals(model.expected(folder), Model.contents(target));
    assertTrue(report.notes().toString().contains("without locks"), report.notes().toString());
  }

  @Test
  void holdArchivesThatAreUnpackedOnThisMachine() throws IOException {
    var model = Model.of(Kind.ARCHIVE);
    Path store = store();
    Path packed = store.resolve("packed.nemo");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(model.source(folder), out);
    }
    Model.run(model.request(packed, model.target(store)));
    var found = Model.contents(model.target(store));
    assertEquals(new TreeMap<>(model.expected(folder)), found);
    Model.assertHolds(folder.resolve("store"), "after a run", "out.nemo", "packed.nemo");
  }
}

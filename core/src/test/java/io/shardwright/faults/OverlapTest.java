package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.faults.Model.Kind;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Targets that are their source, by whatever name, or something else that must stay. */
class OverlapTest {
  @TempDir Path folder;
  private final Model model = Model.of(Kind.ARCHIVE);
  private Path source;

  @BeforeEach
  void prepare() throws IOException {
    source = model.source(folder);
  }

  private void refuses(Path from, Path to, String why) throws IOException {
    var before = Model.contents(folder);
    for (boolean overwrite : new boolean[] {true, false}) {
      for (boolean resume : new boolean[] {true, false}) {
        var request = model.request(from, to).overwrite(overwrite);
        var wanted = resume ? Model.resuming(request) : request;
        var refusal = assertThrows(CheckpointException.class, () -> Model.run(wanted), why);
        assertEquals(ErrorCode.TARGET_EXISTS, refusal.code(), refusal.toString());
        if (overwrite) {
          assertTrue(refusal.getMessage().contains(why), refusal.toString());
        }
      }
    }
    assertEquals(before, Model.contents(folder));
  }

  @Test
  void refusesTheSourceAsTarget() throws IOException {
    refuses(source, source, "is the source itself");
    Path hard = Files.createLink(folder.resolve("hard.nemo"), source);
    refuses(source, hard, "is the source itself");
    refuses(hard, source, "is the source itself");
    Path soft = Files.createSymbolicLink(folder.resolve("soft.nemo"), source);
    refuses(soft, source, "is the source itself");
    refuses(source, soft, "is a symbolic link");
    Path linked = Files.createSymbolicLink(folder.resolve("linked"), source.getParent());
    refuses(source, linked.resolve("model.nemo"), "is the source itself");
  }

  @Test
  void refusesLinksThatLeadNowhere() throws IOException {
    Path dangling = Files.createSymbolicLink(folder.resolve("out.nemo"), folder.resolve("none"));
    refuses(source, dangling, "is a symbolic link");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no named pipes in folders")
  void neverReplacesAPipeOrADevice() throws Exception {
    Path pipe = folder.resolve("out.nemo");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    refuses(source, pipe, "a pipe or a device");
    assertTrue(Files.exists(pipe) && !Files.isRegularFile(pipe));
  }

  @Test
  void refusesAFolderThatHoldsTheSource() throws IOException {
    refuses(source, source.getParent(), "holds the source");
    refuses(source, Path.of("/"), "root");
  }

  @Test
  void refusesATargetInsideItsSource() throws IOException {
    Path unpacked = folder.resolve("unpacked");
    Model.run(model.request(source, unpacked));
    refuses(unpacked, unpacked.resolve("out.nemo"), "inside the source");
    refuses(unpacked, unpacked.resolve("mp_rank_02/deep/out"), "inside the source");
    Path linked = Files.createSymbolicLink(folder.resolve("linked"), unpacked);
    refuses(unpacked, linked.resolve("out.nemo"), "inside the source");
  }

  @Test
  void putsANemoBesideTheStepsOfATraining() throws IOException {
    Path steps = folder.resolve("checkpoints");
    Path training = Path.of("src/test/resources/lightning/ckpt-vit-tp2");
    try (var files = Files.walk(training)) {
      for (Path file : files.toList()) {
        Files.copy(file, steps.resolve(training.relativize(file)));
      }
    }
    var request =
        ReshardRequest.builder(steps, steps.resolve("vit.nemo")).format(TargetFormat.NEMO);
    Model.run(request);
    Model.run(request.overwrite(true));
    refuses(steps, steps.resolve("more"), "inside the source");
  }

  @Test
  void replacesAFolderByAFileAndAFileByAFolder() throws IOException {
    Path target = model.target(Files.createDirectories(folder.resolve("disk")));
    Files.writeString(Files.createDirectories(target).resolve("old"), "old");
    Model.run(model.request(source, target).overwrite(true));
    assertEquals(model.expected(folder), Model.contents(target));
    var unpacked = Model.of(Kind.FOLDER);
    Path other = Files.writeString(unpacked.target(target.getParent()), "old");
    Model.run(unpacked.request(source, other).overwrite(true));
    assertEquals(unpacked.expected(folder), Model.contents(other));
    Model.assertHolds(target.getParent(), "replaced", "out", "out.nemo");
  }

  @Test
  void makesFoldersOnTheWayAndRemovesThemWhereItFails() throws IOException {
    Path deep = folder.resolve("new/and/deep/out.nemo");
    Faults full =
        (operation, path) -> {
          if (path.toString().endsWith(".partial")) {
            throw new IOException("No space left on device");
          }
        };
    Path failing = FaultyFileSystem.path(deep, full);
    assertThrows(CheckpointException.class, () -> Model.run(mkdirs(source, failing)));
    assertTrue(Files.notExists(folder.resolve("new")));
    Model.run(mkdirs(source, deep));
    Model.assertHolds(deep.getParent(), "deep", "out.nemo");
  }

  private ReshardRequestBuilder mkdirs(Path from, Path to) {
    return model.request(from, to).run(RunOptions.DEFAULT.withMkdirs(true));
  }

  @Test
  void saysWhatIsInTheWayOfAFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "mine");
    for (Path target : List.of(file.resolve("out.nemo"), file.resolve("deep/out.nemo"))) {
      var request = model.request(source, target);
      var refusal = assertThrows(CheckpointException.class, () -> Model.run(request));
      assertEquals(ErrorCode.TARGET_DENIED, refusal.code(), refusal.toString());
    }
    assertEquals("mine", Files.readString(file));
  }
}

package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.Report;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.faults.Model.Kind;
import io.shardwright.spi.Naming;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a run with {@code resume} takes over, and what it doesn't. */
class ResumeTest {
  @TempDir Path folder;
  private final Model model = Model.of(Kind.ARCHIVE);
  private Path source;
  private Path disk;
  private Path target;

  @BeforeEach
  void prepare() throws IOException {
    source = model.source(folder);
    disk = Files.createDirectories(folder.resolve("disk"));
    target = model.target(disk);
  }

  private ReshardRequestBuilder request() {
    return Model.resuming(model.request(source, target));
  }

  /** Runs until half is copied; what is done stays. */
  static void half(ReshardRequestBuilder request) {
    var interrupted =
        assertThrows(
            CheckpointIoException.class,
            () ->
                Model.run(
                    request.run(RunOptions.DEFAULT.withThreads(1).withResume(true)),
                    (phase, done, total) -> {
                      if (done > total / 2) {
                        Thread.currentThread().interrupt();
                      }
                    }));
    assertTrue(Thread.interrupted(), "the interruption is the caller's to clear");
    assertEquals(ErrorCode.INTERRUPTED, interrupted.code(), interrupted.toString());
    assertTrue(
        interrupted.getMessage().contains("repeat the command with"), interrupted.toString());
  }

  private Path left(String kind) throws IOException {
    try (var entries = Files.list(disk)) {
      return entries.filter(path -> path.toString().endsWith(kind)).findFirst().orElseThrow();
    }
  }

  private Report complete() throws IOException {
    Report report = Model.run(request());
    assertEquals(model.expected(folder), Model.contents(target));
    Model.assertHolds(disk, "complete", "out.nemo");
    return report;
  }

  @Test
  void takesOverWhatIsRightAndSaysHowMuch() throws IOException {
    half(request());
    Model.assertHolds(
        disk,
        "kept",
        left(".journal").getFileName().toString(),
        left(".partial").getFileName().toString());
    long resumed = complete().bytesResumed();
    assertTrue(resumed > 180_000 && resumed < 400_000, resumed + " bytes");
  }

  @Test
  void doesTensorsAgainWhoseBytesAreNotThoseOfTheJournal() throws IOException {
    half(request());
    byte[] staged = Files.readAllBytes(left(".partial"));
    for (int at = 8_192; at < staged.length; at += 16_384) {
      staged[at] ^= 1;
    }
    Files.write(left(".partial"), staged);
    assertTrue(complete().bytesResumed() < 100_000);
  }

  @Test
  void doesTensorsAgainThatAreCutOff() throws IOException {
    half(request());
    Files.write(left(".partial"), new byte[0]);
    assertEquals(0, complete().bytesResumed());
  }

  @Test
  void passesOverTornLinesOfTheJournal() throws IOException {
    half(request());
    long all = Model.run(request().overwrite(true)).bytesResumed();
    Files.delete(target);
    half(request());
    String journal = Files.readString(left(".journal"));
    Files.writeString(left(".journal"), journal.substring(0, journal.length() - 9));
    long torn = complete().bytesResumed();
    assertTrue(torn > 0 && torn < all, torn + " of " + all);
  }

  @Test
  void goesOnFromAJournalThatWasTornBefore() throws IOException {
    half(request());
    String journal = Files.readString(left(".journal"));
    Files.writeString(left(".journal"), journal.substring(0, journal.length() / 2));
    half(request());
    assertTrue(complete().bytesResumed() > 180_000);
  }

  @Test
  void startsAnewWhereTheJournalIsNoneOfItsOwn() throws IOException {
    for (String journal : List.of("", "\0\0\0\0", "somebody's diary\n", "0 #0\n")) {
      half(request());
      Files.writeString(left(".journal"), journal);
      assertEquals(0, complete().bytesResumed());
      Files.delete(target);
    }
  }

  @Test
  void takesNothingFromAnotherSourceOrAnotherPlan() throws IOException {
    half(request());
    Files.setLastModifiedTime(source, FileTime.fromMillis(1_000));
    assertNothingTaken(complete());
    Files.delete(target);
    half(request().tensorModelParallelSize(4));
    assertNothingTaken(complete());
    Files.delete(target);
    half(request());
    Path moved = Files.move(source, source.resolveSibling("moved.nemo"));
    assertNothingTaken(Model.run(Model.resuming(model.request(moved, target))));
    Model.assertHolds(disk, "moved", "out.nemo");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void takesNothingFromASourceWithOtherBytesOfTheSameSizeAndTime() throws IOException {
    half(request());
    FileTime time = Files.getLastModifiedTime(source);
    Files.write(source, Files.readAllBytes(source));
    Files.setLastModifiedTime(source, time);
    assertNothingTaken(Model.run(request()));
  }

  private static void assertNothingTaken(Report report) {
    assertEquals(0, report.bytesResumed());
    assertTrue(report.notes().toString().contains("another plan or source"));
  }

  @Test
  void isRemovedAndSaidWithoutTheOption() throws IOException {
    half(request());
    Report report = Model.run(model.request(source, target));
    assertTrue(report.notes().toString().contains("with resume"), report.notes().toString());
    assertEquals(model.expected(folder), Model.contents(target));
    Model.assertHolds(disk, "plain", "out.nemo");
  }

  @Test
  void leavesOtherTargetsLeftoversAlone() throws IOException {
    half(request());
    Path other = disk.resolve("out");
    Model.run(model.request(source, other));
    Path third = disk.resolve("out.nemo.nemo");
    Model.run(model.request(source, third));
    Files.delete(third);
    assertTrue(Model.run(request()).bytesResumed() > 0);
    Model.assertHolds(disk, "others", "out", "out.nemo");
  }

  @Test
  void findsATargetCompleteThatIsComplete() throws IOException {
    Model.run(request());
    FileTime written = Files.getLastModifiedTime(target);
    Report report = complete();
    assertEquals(Files.size(target), report.bytesResumed());
    assertEquals(written, Files.getLastModifiedTime(target));
  }

  @Test
  void refusesATargetThatIsSomethingElse() throws IOException {
    Model.run(request());
    byte[] bytes = Files.readAllBytes(target);
    for (int at : new int[] {0, bytes.length / 2, bytes.length - 11_000}) {
      bytes[at] ^= 1;
      Files.write(target, bytes);
      var refusal = assertThrows(CheckpointException.class, () -> Model.run(request()));
      assertEquals(ErrorCode.TARGET_EXISTS, refusal.code());
      assertTrue(java.util.Arrays.equals(bytes, Files.readAllBytes(target)));
      bytes[at] ^= 1;
    }
    Files.writeString(target, "mine");
    assertThrows(CheckpointException.class, () -> Model.run(request()));
    assertEquals("mine", Files.readString(target));
    Model.assertHolds(disk, "refused", "out.nemo");
  }

  @Test
  void countsWhatCastsLostBefore() throws IOException {
    Supplier<ReshardRequestBuilder> cast = () -> request().dtype(DType.BFLOAT16).allowLossy(true);
    Report whole = Model.run(cast.get());
    Files.delete(target);
    half(cast.get());
    Report resumed = Model.run(cast.get());
    assertTrue(resumed.bytesResumed() > 0 && whole.inexact() > 0);
    assertEquals(whole.inexact(), resumed.inexact());
    assertEquals(whole.underflowed(), resumed.underflowed());
  }

  @Test
  void keepsTheManifestForTheEnd() throws IOException {
    Model.run(request().manifest(true));
    Path manifest = disk.resolve("out.nemo.manifest.json");
    String expected = Files.readString(manifest);
    Files.delete(manifest);
    assertEquals(Files.size(target), Model.run(request().manifest(true)).bytesResumed());
    assertEquals(expected, Files.readString(manifest));
    Files.delete(manifest);
    Files.delete(target);
    half(request().manifest(true));
    Model.run(request().manifest(true));
    assertEquals(expected, Files.readString(manifest));
    Model.assertHolds(disk, "manifest", "out.nemo", "out.nemo.manifest.json");
  }

  @Test
  void goesOnWithEveryKindOfConversion() throws IOException {
    Path resources = Path.of("src/test/resources");
    Path packed = folder.resolve("packed.nemo");
    try (var gzip = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(source, gzip);
    }
    goesOn(ReshardRequest.builder(packed, target).tensorModelParallelSize(2));
    Path training = resources.resolve("lightning/ckpt-gpt-tp1");
    goesOn(
        ReshardRequest.builder(training, target.resolveSibling("training"))
            .tensorModelParallelSize(2)
            .vocabSize(250));
    Path llama = resources.resolve("community/llama");
    goesOn(ReshardRequest.builder(llama, target).tensorModelParallelSize(2));
    Path older = resources.resolve("nemo/hf/tiny-llama-mha-bf16");
    goesOn(ReshardRequest.builder(older, target).naming(Naming.LEGACY));
    Path tuned = resources.resolve("nemo/hf/tiny-llama-gqa");
    Path lora = resources.resolve("peft/nemo/lora-mcore-tp2.nemo");
    goesOn(ReshardRequest.builder(tuned, target).tensorModelParallelSize(2).lora(lora));
    Path gpt = resources.resolve("nemo/gpt-5b-like-tp2pp2.nemo");
    goesOn(ReshardRequest.builder(gpt, target).tensorModelParallelSize(1).vocabSize(250));
    goesOn(
        ReshardRequest.builder(gpt, target.resolveSibling("tensors"))
            .format(TargetFormat.SAFETENSORS));
  }

  private void goesOn(ReshardRequestBuilder request) throws IOException {
    Path written = request.build().target();
    Model.run(request.sync(false));
    var expected = Model.contents(written);
    Files.move(written, folder.resolve(written.getFileName() + "-" + System.nanoTime()));
    half(request);
    Report report = Model.run(Model.resuming(request));
    assertTrue(report.bytesResumed() > 0, request.build().toString());
    assertEquals(expected, Model.contents(written), request.build().toString());
    Files.move(written, folder.resolve(written.getFileName() + "-" + System.nanoTime()));
  }
}

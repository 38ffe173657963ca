package io.shardwright.engine;

import static io.shardwright.engine.Checkpoints.copy;
import static io.shardwright.engine.Checkpoints.expected;
import static io.shardwright.engine.Checkpoints.found;
import static io.shardwright.engine.Checkpoints.names;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ReshardRequest;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against checkpoints that NeMo 1.23.0 wrote. */
class VitReshardTest {
  @TempDir Path folder;

  @Test
  void readsWhatNumPyReads() throws IOException {
    assertEquals(expected("vit-tp1.nemo"), found(copy("vit-tp1.nemo", folder)));
    assertEquals(expected("vit-tp2.nemo"), found(copy("vit-tp2.nemo", folder)));
  }

  @Test
  void splitsAsNemoDoes() throws IOException {
    Path out = Order.of(copy("vit-tp1.nemo", folder), folder.resolve("out.nemo")).tp(2).done();
    assertEquals(expected("vit-tp2.nemo"), found(out));
    Path nemo = copy("vit-tp2.nemo", folder);
    assertEquals(members(nemo), members(out));
    assertArrayEquals(config(nemo), config(out));
  }

  @Test
  void mergesWhatNemoSplit() throws IOException {
    Path out = Order.of(copy("vit-tp2.nemo", folder), folder.resolve("out.nemo")).tp(1).done();
    assertEquals(expected("vit-tp1.nemo"), found(out));
    assertArrayEquals(config(copy("vit-tp1.nemo", folder)), config(out));
  }

  @Test
  void aRoundTripOverFourRanksGivesTheSameFile() throws IOException {
    Path one = Order.of(copy("vit-tp1.nemo", folder), folder.resolve("one.nemo")).tp(1).done();
    Path two = Order.of(one, folder.resolve("two.nemo")).tp(2).done();
    Path four = Order.of(two, folder.resolve("four.nemo")).tp(4).done();
    Path back = Order.of(four, folder.resolve("back.nemo")).tp(1).done();
    assertEquals(expected("vit-tp1.nemo"), found(back));
    assertEquals(-1, Files.mismatch(one, back));
  }

  @Test
  void refusesThreeRanksBecauseOfTheHeadsNamingTheLegalSizes() throws IOException {
    Path source = copy("vit-tp1.nemo", folder);
    var refusal =
        assertThrows(
            PlanRejectedException.class,
            () -> Order.of(source, folder.resolve("out.nemo")).tp(3).done());
    assertEquals(ErrorCode.NOT_DIVISIBLE, refusal.code());
    assertTrue(refusal.getMessage().contains("num_attention_heads=4"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("Choose 1, 2 or 4."), refusal.getMessage());
    assertEquals(List.of("vit-tp1.nemo"), names(folder));
  }

  @Test
  void refusesPipelineStagesNamingTheAdapter() throws IOException {
    Path source = copy("vit-tp1.nemo", folder);
    var refusal =
        assertThrows(
            PlanRejectedException.class,
            () -> Order.of(source, folder.resolve("out.nemo")).grid(3, 2).done());
    assertEquals(ErrorCode.DIMENSION_UNSUPPORTED, refusal.code());
    assertTrue(refusal.getMessage().contains("adapter 'vit'"), refusal.getMessage());
    assertEquals(2, refusal.problems().size());
  }

  @Test
  void writesAndReadsFolders() throws IOException {
    Path split = Order.of(copy("vit-tp1.nemo", folder), folder.resolve("split")).tp(2).done();
    assertEquals(expected("vit-tp2.nemo"), found(split));
    assertEquals(List.of("model_config.yaml", "mp_rank_00", "mp_rank_01"), names(split));
    Path merged = Order.of(split, folder.resolve("merged.nemo")).tp(1).done();
    assertEquals(expected("vit-tp1.nemo"), found(merged));
  }

  @Test
  void readsACompressedArchiveWhateverItsName() throws IOException {
    Path packed = folder.resolve("packed.nemo");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(copy("vit-tp1.nemo", folder), out);
    }
    Path out = Order.of(packed, folder.resolve("out.nemo")).tp(2).done();
    assertEquals(expected("vit-tp2.nemo"), found(out));
    assertEquals(List.of("out.nemo", "packed.nemo", "vit-tp1.nemo"), names(folder));
  }

  @Test
  void refusesAnExistingTargetAndLeavesItAsItWas() throws IOException {
    Path source = copy("vit-tp1.nemo", folder);
    Path target = Files.writeString(folder.resolve("out.nemo"), "mine");
    var refusal =
        assertThrows(CheckpointException.class, () -> Order.of(source, target).tp(2).done());
    assertEquals(ErrorCode.TARGET_EXISTS, refusal.code());
    assertEquals("mine", Files.readString(target));
    Order.of(source, target).tp(2).overwrite().done();
    assertEquals(expected("vit-tp2.nemo"), found(target));
  }

  @Test
  void removesTheLeftoverOfAnEarlierCrash() throws IOException {
    Path leftover = Files.writeString(folder.resolve(".out.nemo.0123456789abcdef.partial"), "half");
    Order.of(copy("vit-tp1.nemo", folder), folder.resolve("out.nemo")).tp(2).done();
    assertTrue(Files.notExists(leftover));
    assertEquals(List.of("out.nemo", "vit-tp1.nemo"), names(folder));
  }

  @Test
  void refusesASourceSizeThatContradictsTheFile() throws IOException {
    Path source = copy("vit-tp1.nemo", folder);
    var refusal =
        assertThrows(
            CheckpointException.class,
            () ->
                Order.of(source, folder.resolve("out.nemo"))
                    .with(parts -> parts.claimedSizes(2, -1))
                    .done());
    assertEquals(ErrorCode.PARALLEL_SIZE_MISMATCH, refusal.code());
  }

  @Test
  void plansTheSameTextEveryTime() throws IOException {
    Path source = copy("vit-tp1.nemo", folder);
    var request =
        ReshardRequest.builder(source, folder.resolve("out.nemo"))
            .tensorModelParallelSize(2)
            .build();
    var plan = Checkpoints.SHARDWRIGHT.plan(request);
    assertEquals(plan.toString(), Checkpoints.SHARDWRIGHT.plan(request).toString());
    assertEquals(List.of("tensor_model_parallel_size: 1 -> 2"), plan.changes());
    assertEquals(List.of("vit-tp1.nemo"), names(folder));
  }

  private static Set<String> members(Path archive) throws IOException {
    try (var tar = new TarFile(archive)) {
      var names = new TreeSet<String>();
      tar.getEntries().forEach(entry -> names.add(entry.getName()));
      return names;
    }
  }

  private static byte[] config(Path archive) throws IOException {
    try (var tar = new TarFile(archive)) {
      for (var entry : tar.getEntries()) {
        if (entry.getName().equals("./model_config.yaml")) {
          try (var stream = tar.getInputStream(entry)) {
            return stream.readAllBytes();
          }
        }
      }
    }
    throw new AssertionError("no model_config.yaml in " + archive);
  }
}

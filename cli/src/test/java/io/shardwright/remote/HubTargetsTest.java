package io.shardwright.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.SavedPlan;
import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.Verification;
import io.shardwright.engine.ModelFolders;
import io.shardwright.engine.Order;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model of a hub becomes what the same model on a disk becomes. */
class HubTargetsTest extends ModelFolders {
  private final TestHub hub = new TestHub();
  private Path local;

  /** What is made of it. */
  enum Target {
    RANKS(order -> order.to(TargetFormat.NEMO).layout(WeightLayout.RANKS).tp(2)),
    ZARR(order -> order.to(TargetFormat.NEMO).grid(2, 2)),
    HUGGING_FACE(order -> order.to(TargetFormat.HUGGING_FACE).shards(100_000)),
    TORCH_DIST(order -> order.to(new TargetFormat("torch_dist")).tp(2));

    private final UnaryOperator<Order> options;

    Target(UnaryOperator<Order> options) {
      this.options = options;
    }
  }

  @BeforeEach
  void offer() throws IOException {
    // Some targets name their source.
    local = Files.move(llama("tiny-llama-gqa"), folder.resolve("some.model"));
    hub.put(local);
  }

  @AfterEach
  void close() {
    hub.close();
  }

  private static TreeMap<String, byte[]> bytes(Path folder) throws IOException {
    var all = new TreeMap<String, byte[]>();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void hasTheSameBytes(Target target) throws IOException {
    var here = bytes(target.options.apply(Order.of(local, folder.resolve("here"))).done());
    hub.storeFault(Faults.times(2, Faults.status(503)));
    var there = bytes(target.options.apply(Order.of(hub.path(""), folder.resolve("there"))).done());
    assertEquals(here.keySet(), there.keySet());
    here.forEach((name, bytes) -> assertArrayEquals(bytes, there.get(name), name));
  }

  @Test
  void aPlanNamesTheCommitAndNoSecret() throws IOException {
    Path file = folder.resolve("plan.json.gz");
    var request =
        ReshardRequest.builder(hub.path(""), folder.resolve("out.nemo"))
            .format(TargetFormat.NEMO)
            .build();
    SavedPlan.write(Shardwright.create(), request, file);
    try (var text = new GZIPInputStream(Files.newInputStream(file))) {
      String plan = new String(text.readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(plan.contains("hf://" + TestHub.ID + "@" + TestHub.COMMIT + "/model"), plan);
      assertFalse(plan.contains("secret") || plan.contains("127.0.0.1"), plan);
    }
  }

  @Test
  void aChangedStoreEndsTheRunAndLeavesNothing() throws IOException {
    Path target = folder.resolve("out.nemo");
    var bytes = Files.readAllBytes(local.resolve(WEIGHTS));
    hub.storeFault(
        (exchange, server) -> {
          if (server.seen.size() == 3) {
            server.put("/blobs/" + WEIGHTS, Content.of(bytes).as("another"));
          }
          return false;
        });
    var order = Order.of(hub.path(""), target).to(TargetFormat.NEMO).tp(2);
    var refused = assertThrows(CheckpointException.class, order::done);
    assertEquals(ErrorCode.SOURCE_CHANGED, refused.code());
    try (var left = Files.list(folder)) {
      assertEquals(1, left.count(), "what is left beside the source");
    }
  }

  @Test
  void nothingIsWrittenToAHub() {
    var order = Order.of(local, hub.path("/new")).to(TargetFormat.NEMO).overwrite();
    var refused = assertThrows(CheckpointException.class, order::done);
    assertEquals(ErrorCode.TARGET_DENIED, refused.code());
  }

  @Test
  void verifyComparesWithTheHubsChecksum() throws IOException {
    var bytes = Files.readAllBytes(local.resolve(WEIGHTS));
    bytes[bytes.length - 1] ^= 1;
    String stated = Content.of(local.resolve(WEIGHTS)).version();
    var shardwright = Shardwright.create();
    var none = EnumSet.noneOf(Verification.Detail.class);
    shardwright.verify(hub.path(""), none, ProgressListener.SILENT);
    hub.put(WEIGHTS, Content.of(bytes).as(stated), true);
    Path damaged = hub.path("");
    var refused =
        assertThrows(
            CheckpointException.class,
            () -> shardwright.verify(damaged, none, ProgressListener.SILENT));
    assertEquals(ErrorCode.CHECKSUM_MISMATCH, refused.code());
  }
}

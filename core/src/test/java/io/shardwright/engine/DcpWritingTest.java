package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of torch.distributed.checkpoint that are written. */
class DcpWritingTest {
  private static final TargetFormat DCP = MegatronCircleTest.DCP;

  @TempDir Path folder;
  private Path training;
  private Path model;

  @BeforeEach
  void copy() throws IOException {
    training = MegatronRoot.in(folder).root();
    model = Order.of(training, folder.resolve("model")).to(TargetFormat.HUGGING_FACE).done();
  }

  private static long items(Path dcp) throws IOException {
    try (Stream<Path> files = Files.list(dcp)) {
      return files.filter(file -> file.toString().endsWith(".distcp")).count();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void spreadsTensorsOverAsManyFilesAsAreWanted(int count) throws IOException {
    Path dcp = Order.of(model, folder.resolve("dcp")).to(DCP).files(count).done();
    long tensors = Checkpoints.tensors(model).size();
    assertTrue(items(dcp) <= Math.min(count, tensors), items(dcp) + " files");
    assertTrue(count > 3 || items(dcp) == count, items(dcp) + " files");
    Path back = Order.of(dcp, folder.resolve("back")).to(TargetFormat.HUGGING_FACE).done();
    assertEquals(
        -1, Files.mismatch(model.resolve("model.safetensors"), back.resolve("model.safetensors")));
    assertEquals(-1, Files.mismatch(model.resolve("config.json"), back.resolve("config.json")));
  }

  @Test
  void writesTheSameFromAnySource() throws IOException {
    Path nemo = Order.of(training, folder.resolve("m.nemo")).grid(2, 2).done();
    Path one = Order.of(model, folder.resolve("one")).to(DCP).done();
    for (Path source : new Path[] {training, nemo, one}) {
      Path dcp = Order.of(source, folder.resolve("dcp-" + source.getFileName())).to(DCP).done();
      assertEquals(
          -1,
          Files.mismatch(one.resolve("__0_0.distcp"), dcp.resolve("__0_0.distcp")),
          source + "");
      assertEquals(-1, Files.mismatch(one.resolve(".metadata"), dcp.resolve(".metadata")));
    }
  }

  @Test
  void refusesRanks() {
    Order.of(model, folder.resolve("dcp"))
        .to(DCP)
        .tp(2)
        .tried()
        .assertRefused(Kind.PLAN, "tensor_model_parallel_size=2");
  }

  @Test
  void looksAtNothingElseBesideThePlan() {
    Order.of(model, folder.resolve("dcp")).to(DCP).planned().assertDone();
  }
}

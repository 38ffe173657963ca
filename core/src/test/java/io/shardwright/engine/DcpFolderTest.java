package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.Verification.Detail;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of torch.distributed.checkpoint itself. */
class DcpFolderTest {
  private static final List<String> FILES =
      List.of(
          ".metadata",
          "__0_0.distcp",
          "__1_0.distcp",
          "shard-00001-model-00001-of-00002.safetensors",
          "shard-00001-model-00002-of-00002.safetensors",
          "shard-00002-model-00001-of-00002.safetensors",
          "shard-00002-model-00002-of-00002.safetensors");

  @TempDir Path folder;

  private Path golden(String name) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(name));
    for (String file : FILES) {
      try (var bytes = DcpFolderTest.class.getResourceAsStream("/dcp/" + name + "/" + file)) {
        if (bytes != null) {
          Files.copy(bytes, copy.resolve(file));
        }
      }
    }
    return copy;
  }

  private static List<String> expected(String name) throws IOException {
    try (var bytes = DcpFolderTest.class.getResourceAsStream("/dcp/" + name + ".tsv")) {
      return new String(bytes.readAllBytes(), StandardCharsets.UTF_8).lines().sorted().toList();
    }
  }

  private static Stream<String> sums(Path source) {
    return Checkpoints.SHARDWRIGHT
        .verify(source, Set.of(Detail.SUMS), ProgressListener.SILENT)
        .tensors()
        .stream()
        .map(
            sum ->
                String.join(
                    "\t",
                    sum.spec().name(),
                    sum.spec().dtype().torchName(),
                    sum.spec().shape().toString(),
                    sum.sha256()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nested", "cut", "safetensors", "shards"})
  void readsWhatPyTorchReads(String name) throws IOException {
    Path source = golden(name);
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(source)) {
      assertEquals("dcp", checkpoint.summary().format());
    }
    assertEquals(expected(name), sums(source).sorted().toList());
    Path plain = Order.of(source, folder.resolve("st")).to(TargetFormat.SAFETENSORS).done();
    assertEquals(expected(name), sums(plain).sorted().toList());
    assertTrue(Checkpoints.diff(source, plain).same());
  }

  @Test
  void saysWhatStaysBehind() throws IOException {
    Attempt.open(golden("nested")).assertDone("objects that are not weights are left out: ");
  }

  @Test
  void refusesToMakeAModelOfTensorsAlone() throws IOException {
    Order.of(golden("cut"), folder.resolve("m.nemo"))
        .tried()
        .assertRefused(Kind.INPUT, "without a model configuration");
  }

  /** As Megatron-LM saves torch_dcp, in a folder with the name of an iteration. */
  @Test
  void tellsAPlainIterationFromAnUnfinishedOne() throws IOException {
    Path plain = folder.resolve("iter_0000004");
    Files.move(golden("cut"), plain);
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(plain)) {
      assertEquals("dcp", checkpoint.summary().format());
    }
    Path step = MegatronRoot.in(folder).step();
    Files.delete(step.resolve("metadata.json"));
    Files.delete(step.resolve("common.pt"));
    Attempt.open(step).assertRefused(Kind.INPUT, "lacks metadata.json", "did not finish");
  }

  @Test
  void refusesADamagedMetadata() throws IOException {
    Path source = golden("cut");
    Files.write(source.resolve(".metadata"), new byte[] {(byte) 0x80, 2, '}', '.'});
    for (Attempt run : Attempt.looks(source)) {
      run.assertRefused(Kind.INPUT, ".metadata");
    }
  }

  @Test
  void refusesShardsOfWhichOneIsMissing() throws IOException {
    Path source = golden("shards");
    Files.delete(source.resolve("shard-00001-model-00001-of-00002.safetensors"));
    Attempt.open(source).assertRefused(Kind.INPUT, "leave out the element");
  }
}

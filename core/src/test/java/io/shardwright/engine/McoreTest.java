package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Megatron-Core naming: NeMo's zarr arrays, and the rank files that Megatron-Core made of them. */
class McoreTest {
  private static final String ARRAYS = "llama-gqa-tp1.nemo";
  private static final String RANKS = "llama-gqa-mcore-tp2pp2.nemo";

  @TempDir Path folder;

  @Test
  void cutsArraysIntoTheRankFilesThatMegatronCoreLoads() throws IOException {
    Path out = folder.resolve("out");
    Order.of(copy(ARRAYS), out).grid(2, 2).layout(WeightLayout.RANKS).done();
    assertEquals(Checkpoints.expected(RANKS), Checkpoints.found(out));
    assertNamesOfMegatronCore(out);
  }

  @Test
  void splitsRankFilesOfOneStageWithEveryModulesState() throws IOException {
    Path one = folder.resolve("one");
    Path out = folder.resolve("out");
    Order.of(copy(ARRAYS), one).layout(WeightLayout.RANKS).done();
    Order.of(one, out).grid(2, 2).done();
    assertEquals(Checkpoints.expected(RANKS), Checkpoints.found(out));
    assertNamesOfMegatronCore(out);
  }

  private void assertNamesOfMegatronCore(Path out) throws IOException {
    Path theirs = folder.resolve("theirs");
    Order.of(copy(RANKS), theirs).done();
    for (String rank : new String[] {"tp_rank_00_pp_rank_000", "tp_rank_01_pp_rank_001"}) {
      Path file = Path.of(rank, "model_weights.ckpt");
      assertEquals(names(theirs.resolve(file)), names(out.resolve(file)), rank);
    }
  }

  private static List<String> names(Path file) {
    try (var source = new FileSource(file, "file")) {
      return TorchFile.open(source, Guard.standard()).stateDict().names();
    }
  }

  @Test
  void mergesRankFilesIntoNemosArrays() throws IOException {
    Path out = folder.resolve("out.nemo");
    Order.of(copy(RANKS), out).grid(1, 1).layout(WeightLayout.DISTRIBUTED).vocab(250).done();
    assertEquals(Checkpoints.expected(ARRAYS), Checkpoints.found(out));
  }

  @Test
  void mergesGatedWeightsOfTwoRanksIntoTheOriginal() throws IOException {
    Path two = folder.resolve("two.nemo");
    Path one = folder.resolve("one.nemo");
    Path again = folder.resolve("again.nemo");
    Order.of(copy(ARRAYS), two).tp(2).layout(WeightLayout.RANKS).done();
    Order.of(two, one).tp(1).done();
    Order.of(one, again).layout(WeightLayout.DISTRIBUTED).done();
    assertEquals(Checkpoints.expected(ARRAYS), Checkpoints.found(again));
  }

  @Test
  void writesNemosOwnFilesChunkGridAndHeaders() throws IOException {
    Path theirs = folder.resolve("theirs");
    Path ours = folder.resolve("ours");
    Path one = folder.resolve("one.nemo");
    Checkpoints.unpack(copy(ARRAYS), theirs);
    Order.of(folder.resolve(ARRAYS), one).layout(WeightLayout.RANKS).done();
    Order.of(one, ours).layout(WeightLayout.DISTRIBUTED).done();
    Map<String, byte[]> expected = files(theirs);
    Map<String, byte[]> found = files(ours);
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach(
        (name, bytes) -> {
          if (!name.endsWith(".pt")) {
            assertArrayEquals(bytes, found.get(name), name);
          }
        });
  }

  @ParameterizedTest
  @CsvSource({"1, 2, 176", "2, 4, 88", "4, 8, 44"})
  void cutsGatedWeightsIntoTwoChunksPerRank(int tensor, int chunks, int rows) throws IOException {
    Path out = folder.resolve("out");
    Order.of(copy(ARRAYS), out).tp(tensor).done();
    Path array = out.resolve("model_weights/model.decoder.layers.mlp.linear_fc1.weight");
    try (var files = Files.list(array)) {
      assertEquals(4 * chunks + 1, files.count());
    }
    assertTrue(Files.readString(array.resolve(".zarray")).contains("" + rows));
    assertTrue(Files.exists(array.resolve("3." + (chunks - 1) + ".0")));
  }

  @Test
  void readsArraysAtAnyChunking() throws IOException {
    Path four = folder.resolve("four.nemo");
    Path one = folder.resolve("one.nemo");
    Order.of(copy(ARRAYS), four).tp(4).done();
    Order.of(four, one).tp(1).vocab(250).done();
    assertEquals(Checkpoints.expected(ARRAYS), Checkpoints.found(one));
  }

  @Test
  void refusesMoreRanksThanQueryGroupsAndUnevenStagesAtOnce() throws IOException {
    Path out = folder.resolve("out.nemo");
    Order.of(copy(ARRAYS), out)
        .grid(8, 3)
        .tried()
        .assertRefused(
            Kind.PLAN,
            "num_query_groups=4 is not divisible by 8",
            "Choose 1, 2 or 4.",
            "num_layers=4 is not divisible by");
    assertFalse(Files.exists(out));
  }

  @Test
  void refusesLegacyNamingForGroupedQueries() throws IOException {
    Path out = folder.resolve("out.nemo");
    Order.of(copy(ARRAYS), out)
        .naming(Naming.LEGACY)
        .tried()
        .assertRefused(Kind.PLAN, "num_query_groups is 4", "Choose naming(mcore).");
  }

  @Test
  void setsTheVirtualStagesOfArrays() throws IOException {
    Path out = folder.resolve("out");
    Order.of(copy(ARRAYS), out).grid(2, 2).vp(2).done();
    String config = Files.readString(out.resolve("model_config.yaml"));
    assertTrue(config.contains("virtual_pipeline_model_parallel_size: 2"), config);
    Order.of(folder.resolve(ARRAYS), folder.resolve("x"))
        .pp(2)
        .vp(3)
        .tried()
        .assertRefused(Kind.PLAN, "Choose 1 or 2.");
  }

  @ParameterizedTest
  @CsvSource({"llama-mha-legacy", "gpt-5b-like"})
  void turnsLegacyNamingIntoArraysAndBack(String model) throws IOException {
    Path arrays = folder.resolve("arrays.nemo");
    Path back = folder.resolve("back.nemo");
    Order.of(copy(model + "-tp2pp2.nemo"), arrays).naming(Naming.MCORE).tp(1).done();
    Order.of(arrays, back).naming(Naming.LEGACY).tp(2).done();
    assertEquals(Checkpoints.expected(model + "-tp2pp2.nemo"), Checkpoints.found(back));
  }

  @Test
  void refusesArraysThatLackAChunk() throws IOException {
    Path source = folder.resolve("source");
    Checkpoints.unpack(copy(ARRAYS), source);
    Files.delete(source.resolve("model_weights/model.output_layer.weight/0.0"));
    Order.of(source, folder.resolve("out.nemo"))
        .tp(2)
        .tried()
        .assertRefused(Kind.INPUT, "SW-116", "model.output_layer.weight/0.0");
  }

  private Path copy(String name) throws IOException {
    return Checkpoints.copy(name, folder);
  }

  private static Map<String, byte[]> files(Path folder) throws IOException {
    var files = new TreeMap<String, byte[]>();
    try (var walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }
}

package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarFile;
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
    Run.reshard(copy(ARRAYS), out, "--tp", 2, "--pp", 2, "--layout", "ranks");
    assertEquals(Checkpoints.expected(RANKS), Checkpoints.found(out));
    assertNamesOfMegatronCore(out);
  }

  @Test
  void splitsRankFilesOfOneStageWithEveryModulesState() throws IOException {
    Path one = folder.resolve("one");
    Path out = folder.resolve("out");
    Run.reshard(copy(ARRAYS), one, "--layout", "ranks");
    Run.reshard(one, out, "--tp", 2, "--pp", 2);
    assertEquals(Checkpoints.expected(RANKS), Checkpoints.found(out));
    assertNamesOfMegatronCore(out);
  }

  private void assertNamesOfMegatronCore(Path out) throws IOException {
    Path theirs = folder.resolve("theirs");
    Run.reshard(copy(RANKS), theirs);
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
    Run.reshard(
        copy(RANKS), out, "--tp", 1, "--pp", 1, "--layout", "distributed", "--vocab-size", 250);
    assertEquals(Checkpoints.expected(ARRAYS), Checkpoints.found(out));
  }

  @Test
  void mergesGatedWeightsOfTwoRanksIntoTheOriginal() throws IOException {
    Path two = folder.resolve("two.nemo");
    Path one = folder.resolve("one.nemo");
    Path again = folder.resolve("again.nemo");
    Run.reshard(copy(ARRAYS), two, "--tp", 2, "--layout", "ranks");
    Run.reshard(two, one, "--tp", 1);
    Run.reshard(one, again, "--layout", "distributed");
    assertEquals(Checkpoints.expected(ARRAYS), Checkpoints.found(again));
  }

  @Test
  void writesNemosOwnFilesChunkGridAndHeaders() throws IOException {
    Path theirs = folder.resolve("theirs");
    Path ours = folder.resolve("ours");
    Path one = folder.resolve("one.nemo");
    extract(copy(ARRAYS), theirs);
    Run.reshard(folder.resolve(ARRAYS), one, "--layout", "ranks");
    Run.reshard(one, ours, "--layout", "distributed");
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
    Run.reshard(copy(ARRAYS), out, "--tp", tensor);
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
    Run.reshard(copy(ARRAYS), four, "--tp", 4);
    Run.reshard(four, one, "--tp", 1, "--vocab-size", 250);
    assertEquals(Checkpoints.expected(ARRAYS), Checkpoints.found(one));
  }

  @Test
  void refusesMoreRanksThanQueryGroupsAndUnevenStagesAtOnce() throws IOException {
    Path out = folder.resolve("out.nemo");
    Run run = Run.of("reshard", copy(ARRAYS), out, "--tp", 8, "--pp", 3);
    assertEquals(6, run.code(), run.err());
    assertTrue(run.err().contains("num_query_groups=4 is not divisible by 8"), run.err());
    assertTrue(run.err().contains("Choose 1, 2 or 4."), run.err());
    assertTrue(run.err().contains("num_layers=4 is not divisible by"), run.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void refusesLegacyNamingForGroupedQueries() throws IOException {
    Path out = folder.resolve("out.nemo");
    Run run = Run.of("reshard", copy(ARRAYS), out, "--naming", "legacy");
    assertEquals(6, run.code(), run.err());
    assertTrue(run.err().contains("num_query_groups is 4"), run.err());
    assertTrue(run.err().contains("Choose --naming mcore."), run.err());
  }

  @Test
  void setsTheVirtualStagesOfArrays() throws IOException {
    Path out = folder.resolve("out");
    Run.reshard(copy(ARRAYS), out, "--tp", 2, "--pp", 2, "--vp", 2);
    String config = Files.readString(out.resolve("model_config.yaml"));
    assertTrue(config.contains("virtual_pipeline_model_parallel_size: 2"), config);
    Run three =
        Run.of("reshard", folder.resolve(ARRAYS), folder.resolve("x"), "--pp", 2, "--vp", 3);
    assertEquals(6, three.code(), three.err());
    assertTrue(three.err().contains("Choose 1 or 2."), three.err());
  }

  @ParameterizedTest
  @CsvSource({"llama-mha-legacy", "gpt-5b-like"})
  void turnsLegacyNamingIntoArraysAndBack(String model) throws IOException {
    Path arrays = folder.resolve("arrays.nemo");
    Path back = folder.resolve("back.nemo");
    Run.reshard(copy(model + "-tp2pp2.nemo"), arrays, "--naming", "mcore", "--tp", 1);
    Run.reshard(arrays, back, "--naming", "legacy", "--tp", 2);
    assertEquals(Checkpoints.expected(model + "-tp2pp2.nemo"), Checkpoints.found(back));
  }

  @Test
  void refusesArraysThatLackAChunk() throws IOException {
    Path source = folder.resolve("source");
    extract(copy(ARRAYS), source);
    Files.delete(source.resolve("model_weights/model.output_layer.weight/0.0"));
    Run run = Run.of("reshard", source, folder.resolve("out.nemo"), "--tp", 2);
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("SW-116"), run.err());
    assertTrue(run.err().contains("model.output_layer.weight/0.0"), run.err());
  }

  private Path copy(String name) throws IOException {
    return Checkpoints.copy(name, folder);
  }

  private static void extract(Path archive, Path target) throws IOException {
    try (var tar = new TarFile(archive)) {
      for (var entry : tar.getEntries()) {
        Path file = target.resolve(entry.getName());
        if (!entry.isDirectory()) {
          Files.createDirectories(file.getParent());
          try (var stream = tar.getInputStream(entry)) {
            Files.copy(stream, file);
          }
        }
      }
    }
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

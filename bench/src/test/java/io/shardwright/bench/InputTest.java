package io.shardwright.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.bench.input.Decoder;
import io.shardwright.bench.input.DistInput;
import io.shardwright.bench.input.Filling;
import io.shardwright.bench.input.HuggingFaceInput;
import io.shardwright.bench.input.Mixture;
import io.shardwright.bench.input.MixtureDist;
import io.shardwright.bench.input.MixtureFolder;
import io.shardwright.bench.input.NemoInput;
import io.shardwright.bench.input.RankParts;
import io.shardwright.bench.input.Values;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.Verification;
import io.shardwright.spi.WeightLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs are made twice, by their rules and by the program from each other, and are the same. */
class InputTest {
  private static final Decoder LLAMA = new Decoder(12, 32, 64, 8, 4, 300, true);
  private static final Decoder GPT = new Decoder(4, 32, 64, 8, 4, 300, false);

  @TempDir Path folder;
  private final Shardwright shardwright = Shardwright.create();

  @Test
  void everyGridHoldsTheSameWeights() throws IOException {
    for (Decoder model : List.of(LLAMA, GPT)) {
      Path one = write(model, 1, 1);
      for (int[] grid : new int[][] {{2, 1}, {4, 1}, {1, 2}, {2, 4}}) {
        Path wanted = write(model, grid[0], grid[1]);
        Path cut = run(one, grid[0], grid[1]);
        assertSame(wanted, cut);
        assertSame(one, run(cut, 1, 1));
      }
    }
  }

  @Test
  void anArchiveHoldsWhatAFolderDoes() throws IOException {
    Path archive = folder.resolve("two.nemo");
    new NemoInput(new RankParts(LLAMA, 2, 1), new Values()).archive(archive);
    assertEquals(12 * 6 * 2 + 2 * 3, sums(archive).size());
    assertSame(write(LLAMA, 2, 1), run(archive, 2, 1));
  }

  @Test
  void aRootOfManyFilesIsAModelOfMegatronBridge() throws IOException {
    Path root = folder.resolve("bridge");
    new DistInput(LLAMA, 2, 50).write(root);
    try (var checkpoint = shardwright.open(root)) {
      assertEquals("bridge", checkpoint.summary().format());
      assertEquals(9, checkpoint.tensors().size());
    }
  }

  @Test
  void aMixtureOfExpertsIsOneModelInAFolderAndInARoot() throws IOException {
    var model = new Mixture(3, 1, 1, 16, 64, 128, 128, 2, 256, false);
    Path shards = folder.resolve("shards");
    new MixtureFolder(model, 3, Filling.HOLES).write(shards);
    Path root = folder.resolve("root");
    new MixtureDist(model, 2).write(root);
    Path made = folder.resolve("made");
    run(ReshardRequest.builder(shards, made).format(new TargetFormat("bridge")));
    assertEquals(specs(made), specs(root));
    var fp8 = new Mixture(3, 1, 1, 16, 64, 128, 128, 2, 256, true);
    Path quantized = folder.resolve("quantized");
    new MixtureFolder(fp8, 2, Filling.HOLES).write(quantized);
    var plan =
        ReshardRequest.builder(quantized, folder.resolve("plain"))
            .format(new TargetFormat("torch_dist"))
            .expertModelParallelSize(4)
            .dequantize(true)
            .build();
    assertTrue(shardwright.plan(plan).outline().values() > 0);
  }

  @Test
  void aHuggingFaceModelOfMoreThanTenLayersBecomesArraysAndRankFiles() throws IOException {
    var unpadded = new Decoder(12, 32, 64, 8, 4, 384, true);
    Path huggingFace = folder.resolve("huggingface");
    HuggingFaceInput.folder(huggingFace, unpadded, new Values());
    Path wanted = folder.resolve("wanted");
    new NemoInput(new RankParts(unpadded, 1, 1), new Values()).folder(wanted);
    for (WeightLayout layout : WeightLayout.values()) {
      Path nemo = folder.resolve(layout + ".nemo");
      run(builder(huggingFace, nemo, 2, 1).layout(layout));
      Path back = folder.resolve(layout + "-back");
      run(builder(nemo, back, 1, 1).layout(WeightLayout.RANKS));
      assertEquals(sums(wanted), sums(back));
    }
  }

  private List<String> specs(Path checkpoint) {
    try (var opened = shardwright.open(checkpoint)) {
      return opened.tensors().stream().map(tensor -> tensor.spec().toString()).sorted().toList();
    }
  }

  /** Module states, which the inputs lack, are no tensors. */
  private List<String> sums(Path checkpoint) {
    return shardwright
        .verify(checkpoint, Set.of(Verification.Detail.SUMS), ProgressListener.SILENT)
        .tensors()
        .stream()
        .map(sum -> sum.spec() + " " + sum.sha256())
        .sorted()
        .toList();
  }

  @Test
  void sizesAreNearWhatWasAskedAndDivideForEightRanksAndFourStages() {
    for (long wanted : List.of(100_000_000L, 500_000_000L, 2_000_000_000L, 8_000_000_000L)) {
      for (boolean gated : new boolean[] {true, false}) {
        var model = Decoder.ofSize(wanted, gated);
        assertEquals(0, model.layers() % 4);
        assertEquals(0, model.heads() % 8 + model.groups() % 8);
        assertEquals(1, (double) model.bytes() / wanted, 0.35, model.toString());
      }
    }
  }

  @Test
  void theLargeShapesHaveTheParametersOfTheirNames() {
    assertEquals(69e9, Decoder.SEVENTY_BILLION.bytes() / 2.0, 0.5e9);
    assertEquals(405.9e9, Decoder.FOUR_HUNDRED_BILLION.bytes() / 2.0, 0.5e9);
  }

  private Path write(Decoder model, int ranks, int stages) throws IOException {
    Path target = folder.resolve("made-%s-%d-%d".formatted(model.gated(), ranks, stages));
    if (!Files.exists(target)) {
      new NemoInput(new RankParts(model, ranks, stages), new Values()).folder(target);
    }
    return target;
  }

  private Path run(Path source, int ranks, int stages) {
    Path target = source.resolveSibling(source.getFileName() + "-to-" + ranks + "-" + stages);
    run(
        builder(source, target, ranks, stages)
            .layout(WeightLayout.RANKS)
            .vocabSize(LLAMA.vocabulary()));
    return target;
  }

  private static ReshardRequestBuilder builder(Path source, Path target, int ranks, int stages) {
    return ReshardRequest.builder(source, target)
        .format(TargetFormat.NEMO)
        .tensorModelParallelSize(ranks)
        .pipelineModelParallelSize(stages);
  }

  private void run(ReshardRequestBuilder request) {
    shardwright.run(
        shardwright.plan(request.sync(false).overwrite(true).build()), ProgressListener.SILENT);
  }

  private static void assertSame(Path wanted, Path found) throws IOException {
    try (var walk = Files.walk(wanted)) {
      var files = walk.filter(file -> file.toString().endsWith(".ckpt")).toList();
      assertTrue(!files.isEmpty());
      for (Path file : files) {
        Path other = found.resolve(wanted.relativize(file));
        assertEquals(-1, Files.mismatch(file, other), other.toString());
      }
    }
  }
}

package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Megatron-LM's folders of ranks as we write them. */
class RankWritingTest {
  private static final Path MIXTRAL = Path.of("src/test/resources/community/mixtral");
  private static final TargetFormat MEGATRON = new TargetFormat("megatron");
  private static final int MODELS = 6 * Integer.getInteger("shardwright.density", 1);

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  /**
   * A place on the way.
   *
   * @param kind ranks of Megatron-LM, its torch_dist, or a .nemo
   */
  private record Way(int kind, int tensor, int stages, int chunks) {
    Order order(Path source, Path target, TinyGpt model) {
      Order order = Order.of(source, target).grid(tensor, stages).vocab(model.vocabulary);
      return switch (kind) {
        case 0 -> order.to(MEGATRON).layout(WeightLayout.RANKS).vp(chunks);
        case 1 -> order.to(MEGATRON).layout(WeightLayout.DISTRIBUTED);
        default -> order.to(TargetFormat.NEMO).naming(Naming.MCORE);
      };
    }
  }

  private static Way way(Random random, TinyGpt model, int kind) {
    int tensor = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.groups) + 1);
    int parts = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.layers) + 1);
    int chunks = kind > 0 || parts < 4 ? 1 : 1 << random.nextInt(2);
    return new Way(kind, tensor, parts / chunks, chunks);
  }

  @Test
  @Tag("sampled")
  void anyWayThroughRanksGivesWhatTheModelIs() throws IOException {
    for (long seed = 0; seed < MODELS; seed++) {
      var random = new Random(seed);
      var model = RankTraining.model(seed);
      Path first = model.write(folder.resolve("source" + seed));
      Path before = first;
      var ways = new ArrayList<Way>();
      for (int step = 0; step < 4; step++) {
        ways.add(way(random, model, step % 2 == 0 ? 0 : 1 + random.nextInt(2)));
        String archive = ways.get(step).kind == 2 ? ".nemo" : "";
        Path next = folder.resolve("to" + seed + "-" + step + archive);
        before = ways.get(step).order(before, next, model).done();
      }
      Path home = folder.resolve("home" + seed + ".nemo");
      Order.of(before, home)
          .to(TargetFormat.NEMO)
          .layout(WeightLayout.RANKS)
          .grid(1, 1)
          .vocab(model.vocabulary)
          .done();
      String where = "seed " + seed + ", " + ways + ", " + model;
      assertEquals(Checkpoints.tensors(first), Checkpoints.tensors(home), where);
    }
  }

  private Path mixtral(int tensor, int stages, int experts) {
    return Order.of(MIXTRAL, folder.resolve("ranks"))
        .to(MEGATRON)
        .layout(WeightLayout.RANKS)
        .grid(tensor, stages)
        .with(parts -> parts.expertModelParallelSize(experts))
        .vocab(100)
        .done();
  }

  private static List<String> folders(Path root) throws IOException {
    return Checkpoints.names(root.resolve("release"));
  }

  @Test
  void namesFoldersByTheRanksThatWrite() throws IOException {
    Path root =
        Order.of(MIXTRAL, folder.resolve("ranks"))
            .to(MEGATRON)
            .layout(WeightLayout.RANKS)
            .tp(2)
            .with(parts -> parts.expertModelParallelSize(4).expertTensorParallelSize(1))
            .vocab(100)
            .done();
    assertEquals(
        List.of("mp_rank_00_000", "mp_rank_00_002", "mp_rank_01_001", "mp_rank_01_003"),
        folders(root));
    Path back =
        Order.of(root, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).vocab(100).done();
    assertTrue(Checkpoints.diff(MIXTRAL, back).same());
  }

  @Test
  void keepsRanksWhenARootIsCutAnew() throws IOException {
    Path root = mixtral(1, 2, 2);
    Path other = Order.of(root, folder.resolve("other")).to(MEGATRON).grid(2, 1).done();
    assertEquals(
        List.of("mp_rank_00_000", "mp_rank_00_001", "mp_rank_01_000", "mp_rank_01_001"),
        folders(other));
    assertEquals("release", Files.readString(other.resolve("latest_checkpointed_iteration.txt")));
    assertTrue(Checkpoints.diff(root, other).same());
  }

  @Test
  void refusesAGridThatHasNoFolderForSomeRanks() {
    Order.of(MIXTRAL, folder.resolve("ranks"))
        .to(MEGATRON)
        .layout(WeightLayout.RANKS)
        .tp(3)
        .with(parts -> parts.expertModelParallelSize(2).expertTensorParallelSize(1))
        .vocab(100)
        .tried()
        .assertRefused(Kind.PLAN, "one must divide the other", "Choose 1, 3");
  }
}

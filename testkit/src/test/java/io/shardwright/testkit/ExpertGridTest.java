package io.shardwright.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.spi.Grid;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.testkit.MixtureAdapter.Form;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Experts over ranks: every plan is proved when it is made, and every bit comes back. */
class ExpertGridTest {
  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  /** Of a model whose counts 4 divides, in rank files. */
  private static List<Grid> legal() {
    var grids = new ArrayList<Grid>();
    for (int tensor : List.of(1, 2, 4)) {
      for (int stages : List.of(1, 2)) {
        for (int experts : List.of(1, 2, 4)) {
          for (int cut : List.of(1, 2)) {
            Grid grid = Grid.of(tensor, stages).experts(experts).expertTensor(cut);
            if (tensor % cut == 0) {
              grids.add(grid);
            }
          }
        }
      }
    }
    return grids;
  }

  private static SampleModel model(Random random) {
    String config =
        TinyAdapter.CONFIG
            + "num_query_groups: 4\ndense: 1\nnum_moe_experts: "
            + 4 * (1 + random.nextInt(2))
            + "\n";
    return SampleModel.of("mixture", config)
        .with("num_layers", Integer.toString(2 * (1 + random.nextInt(2))));
  }

  private static ReshardRequestBuilder to(
      ReshardRequestBuilder request, Grid grid, Naming naming, WeightLayout layout) {
    return request
        .naming(naming)
        .layout(layout)
        .tensorModelParallelSize(grid.tensor())
        .pipelineModelParallelSize(grid.pipeline())
        .expertModelParallelSize(grid.expert())
        .expertTensorParallelSize(grid.expertTensor());
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void anyWayOverAllLegalGridsGivesEveryBitBack(Form form) {
    long seed = form.ordinal();
    var random = new Random(seed);
    var bench = Workbench.of(new MixtureAdapter(form), model(random), folder);
    var before = unpadded(bench, bench.source());
    var grids = legal();
    Collections.shuffle(grids, random);
    Path from = bench.source();
    for (Grid grid : grids) {
      Naming naming = random.nextBoolean() ? Naming.MCORE : Naming.LEGACY;
      var layout = random.nextInt(4) == 0 ? WeightLayout.DISTRIBUTED : WeightLayout.RANKS;
      from = bench.reshard(from, request -> to(request, grid, naming, layout));
      String where = "seed " + seed + ", " + grid + ", " + naming + ", " + layout;
      assertEquals(before, unpadded(bench, from), where);
    }
    Path home =
        bench.reshard(from, request -> to(request, Grid.ONE, Naming.LEGACY, WeightLayout.RANKS));
    assertEquals(bench.sums(bench.source()), bench.sums(home), "seed " + seed);
  }

  /** The sums of all tensors but the one whose rows depend on the grid. */
  private static Map<String, String> unpadded(Workbench bench, Path checkpoint) {
    var sums = bench.canonicalSums(checkpoint);
    sums.remove("words.weight");
    return sums;
  }

  @Test
  void namesFoldersByTensorStageAndExpert() {
    var bench = Workbench.of(new MixtureAdapter(Form.GROUPED), model(new Random(0)), folder);
    assertEquals(
        Set.of("mp_rank_00_000", "mp_rank_01_001", "mp_rank_00_002", "mp_rank_01_003"),
        folders(bench, Grid.of(2, 1).experts(4).expertTensor(1)));
    assertEquals(
        Set.of("mp_rank_00_000", "mp_rank_01_000", "mp_rank_02_001", "mp_rank_03_001"),
        folders(bench, Grid.of(4, 1).experts(2).expertTensor(2)));
    assertEquals(
        Set.of(
            "mp_rank_00_000_000", "mp_rank_00_000_001", "mp_rank_00_001_000", "mp_rank_00_001_001"),
        folders(bench, Grid.of(1, 2).experts(2)));
  }

  private static Set<String> folders(Workbench bench, Grid grid) {
    Path cut =
        bench.reshard(
            bench.source(), request -> to(request, grid, Naming.LEGACY, WeightLayout.RANKS));
    return bench.shapes(cut).keySet().stream()
        .map(file -> file.substring(0, file.indexOf('/')))
        .collect(Collectors.toSet());
  }

  @Test
  void tellsTheGridOfAListingByItsFolders() {
    for (Grid grid : List.of(Grid.of(2, 2).experts(4).expertTensor(1), Grid.of(4, 1).experts(2))) {
      String text =
          grid.ranks().stream()
              .map(
                  rank ->
                      String.format(
                          Locale.ROOT,
                          "mp_rank_%02d%s_%03d/model_weights.ckpt%n  float32 [1] a%n",
                          rank.tensor(),
                          grid.pipeline() > 1 ? String.format("_%03d", rank.pipeline()) : "",
                          rank.expert()))
              .collect(Collectors.joining());
      assertEquals(grid, Listing.parse(text).grid());
    }
  }

  @Test
  void eachRankHasItsBlockOfExperts() {
    var bench = Workbench.of(new MixtureAdapter(Form.SEQUENTIAL), model(new Random(0)), folder);
    long experts =
        bench.parameters().tensors().keySet().stream()
            .filter(
                name -> name.startsWith("model.encoder.layers.0.") && name.endsWith("fc2.weight"))
            .count();
    Path cut =
        bench.reshard(
            bench.source(),
            request -> to(request, Grid.ONE.experts(2), Naming.LEGACY, WeightLayout.RANKS));
    for (var file : bench.shapes(cut).values()) {
      long own =
          file.keySet().stream()
              .filter(
                  name -> name.startsWith("model.encoder.layers.0.") && name.endsWith("fc2.weight"))
              .count();
      assertEquals(experts / 2, own);
    }
  }

  @Test
  void refusesWhatCanNotBeSharedOut() {
    var bench = Workbench.of(new MixtureAdapter(Form.STACKED), model(new Random(0)), folder);
    refused(bench, Grid.ONE.experts(3), "not divisible by expert_model_parallel_size=3. Choose 1,");
    refused(bench, Grid.of(1, 1).expertTensor(2), "expert_tensor_parallel_size=2 can't be stored");
    refused(bench, Grid.of(4, 1).expertTensor(32), "can't be cut for expert_tensor_parallel_size");
    var dense =
        Workbench.of(
            new TinyAdapter(),
            SampleModel.of("dense", TinyAdapter.CONFIG),
            folder.resolve("dense"));
    refused(dense, Grid.ONE.experts(2), "adapter 'tiny' limits expert_model_parallel_size to 1");
  }

  private static void refused(Workbench bench, Grid grid, String why) {
    var refusal =
        assertThrows(
            PlanRejectedException.class,
            () -> bench.plan(r -> to(r, grid, Naming.LEGACY, WeightLayout.RANKS)));
    assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
  }
}

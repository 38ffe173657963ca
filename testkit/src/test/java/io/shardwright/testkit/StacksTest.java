package io.shardwright.testkit;

import static io.shardwright.spi.ParameterRule.Stage.EVERY;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.WeightLayout.DISTRIBUTED;
import static io.shardwright.spi.WeightLayout.RANKS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.LayerSet;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.LayerStack.Stages;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.PipelineLayout;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Families of several stacks, and of layers that differ: on random models and every legal grid the
 * way there and back is the identity. The engine proves of each plan that it moves every element
 * once.
 */
class StacksTest {
  @TempDir Path folder;

  private static final class Family extends TinyAdapter {
    private final List<LayerStack> stacks;
    private final ParameterTable rows;

    Family(List<LayerStack> stacks, ParameterTable rows) {
      this.stacks = stacks;
      this.rows = rows;
    }

    @Override
    public List<LayerStack> stacks() {
      return stacks;
    }

    @Override
    public ParameterTable parameters(ModelConfig config, Naming naming) {
      return rows;
    }

    @Override
    public List<Naming> namings(ModelConfig config) {
      return List.of(naming(config));
    }

    @Override
    public List<HuggingFaceModel> huggingFaceModels() {
      return List.of();
    }
  }

  private static ParameterTable layer(String stack) {
    String layer = stack + ".layers.*.";
    return ParameterTable.of(
        replicated(layer + "norm.weight").sized("hidden_size"),
        column(layer + "self_attention.linear_qkv.weight").groupedQkv().sized("2", "hidden_size"),
        row(layer + "self_attention.linear_proj.weight").cutBetween("num_attention_heads"),
        column(layer + "mlp.linear_fc1.weight", 2),
        row(layer + "mlp.linear_fc2.weight"));
  }

  private static ParameterTable ends(String first, String last) {
    return ParameterTable.of(
        replicated("embedding.weight").on(FIRST).sized("6", "hidden_size"),
        replicated("rotary.inv_freq").on(EVERY).sized("4"),
        replicated(first + ".final_layernorm.weight").on(LAST).in(first).sized("hidden_size"),
        replicated(last + ".final_layernorm.weight").on(LAST).in(last).sized("hidden_size"),
        replicated(last + ".position.weight").on(FIRST).in(last).sized("3"));
  }

  private static final Family T5 =
      new Family(
          List.of(
              LayerStack.of("encoder", "encoder.num_layers", "encoder.")
                  .before(LayerStack.SPLIT_RANK),
              LayerStack.of("decoder", "decoder.num_layers + more", "decoder.")
                  .from(LayerStack.SPLIT_RANK)),
          layer("encoder")
              .and(layer("decoder"))
              .and(
                  ParameterTable.of(
                      column("decoder.layers.*.cross_attention.linear_q.weight")
                          .cutBetween("num_attention_heads"),
                      column("decoder.layers.*.cross_attention.linear_kv.weight")
                          .cutBetween("num_attention_heads")))
              .and(ends("encoder", "decoder")));

  private static final String TWO = TinyAdapter.CONFIG.replace("num_layers: 2\n", "");

  @Test
  void anEncoderAndADecoderOfOtherSizesFollowEachOtherOverStages() {
    for (long seed = 0; seed < 3; seed++) {
      var random = new Random(seed);
      int encoder = seed < 2 ? 2 : 1 + random.nextInt(4);
      int decoder = seed < 2 ? 3 - 2 * (int) seed : 1 + random.nextInt(3);
      String config =
          TWO
              + "encoder: {num_layers: %d}\ndecoder: {num_layers: %d}\nmore: 1\n"
                  .formatted(encoder, decoder - 1);
      var legal = everyGrid(T5, config, encoder + decoder, seed);
      var expected =
          IntStream.rangeClosed(1, encoder + decoder)
              .filter(stages -> stages == 1 || splits(encoder, decoder, stages))
              .boxed()
              .collect(Collectors.toSet());
      assertEquals(expected, legal, "seed " + seed);
    }
  }

  private static boolean splits(int encoder, int decoder, int stages) {
    return IntStream.range(1, stages)
        .anyMatch(rank -> encoder % rank == 0 && decoder % (stages - rank) == 0);
  }

  @Test
  void twoTowersStandOnStagesOfTheirOwnOrAllOnTheFirst() {
    for (long seed = 0; seed < 2; seed++) {
      int vision = 1 + new Random(seed).nextInt(3);
      String config = TWO + "vision: {layers: %d}\ntext: {layers: 4}\n".formatted(vision);
      var towers = layer("vision").and(layer("text")).and(ends("vision", "text"));
      var own =
          List.of(
              LayerStack.of("vision", "vision.layers", "vision.").before("first_of_text"),
              LayerStack.of("text", "text.layers", "text.").from("first_of_text"));
      assertTrue(everyGrid(new Family(own, towers), config, 5, seed).contains(2), "seed " + seed);
      var first =
          List.of(
              LayerStack.of("vision", "vision.layers", "vision.").on(Stages.FIRST),
              LayerStack.of("text", "text.layers", "text."));
      assertEquals(
          Set.of(1, 2, 4), everyGrid(new Family(first, towers), config, 5, seed), "seed " + seed);
    }
  }

  /**
   * Attention in every fourth layer, sizes that depend on the layer, and the first layers dense.
   */
  private static final Family HYBRID =
      new Family(
          List.of(LayerStack.DECODER),
          ParameterTable.of(
              replicated("embedding.weight").on(FIRST).sized("6", "hidden_size"),
              replicated("decoder.layers.*.norm.weight").sized("hidden_size"),
              column("decoder.layers.*.attention.weight")
                  .groupedQkv()
                  .onLayers(LayerSet.every("period", -1)),
              column("decoder.layers.*.mixer.weight")
                  .sized("2 * hidden_size", "3")
                  .onLayers(LayerSet.every("period", -1).others()),
              column("decoder.layers.*.mlp.linear_fc1.weight")
                  .sized("widths.*", "hidden_size")
                  .onLayers(LayerSet.first("dense")),
              row("decoder.layers.*.mlp.linear_fc1.weight")
                  .sized("hidden_size", "widths.*")
                  .onLayers(LayerSet.first("dense").others())
                  .when("kinds.*", "wide"),
              replicated("decoder.layers.*.mlp.router.weight")
                  .onLayers(LayerSet.where("moe_layer_freq", 0, "1")),
              replicated("decoder.layers.*.mlp.listed.weight")
                  .onLayers(LayerSet.numbers("some_layers").others()),
              replicated("decoder.final_layernorm.weight").on(LAST)));

  private static String hybrid(Random random, int layers) {
    var widths = random.ints(layers, 1, 4).mapToObj(n -> Integer.toString(4 * n)).toList();
    var kinds = random.ints(layers, 0, 2).mapToObj(n -> n == 0 ? "wide" : "none").toList();
    var moe = random.ints(layers, 0, 2).boxed().toList();
    return TinyAdapter.CONFIG.replace("num_layers: 2", "num_layers: " + layers)
        + "period: 4\ndense: %d\nwidths: %s\nkinds: %s\nmoe_layer_freq: %s\nsome_layers: [0, 2]\n"
            .formatted(random.nextInt(3), widths, kinds, random.nextBoolean() ? moe : "2");
  }

  @Test
  void layersThatDifferKeepTheirRowsOnEveryGrid() {
    for (long seed = 0; seed < 3; seed++) {
      var random = new Random(seed);
      int layers = 3 + random.nextInt(4);
      everyGrid(HYBRID, hybrid(random, layers), layers, seed);
    }
  }

  @Test
  void layersThatDifferLieOnStagesOfOtherSizes() {
    for (long seed = 0; seed < 4; seed++) {
      var random = new Random(seed);
      int layers = 5 + random.nextInt(3);
      var bench = bench(HYBRID, hybrid(random, layers), seed);
      var before = bench.sums(bench.source());
      int first = 1 + random.nextInt(layers - 2);
      var splits = new ArrayList<PipelineSplit>();
      splits.add(PipelineSplit.EVEN.first(first));
      splits.add(PipelineSplit.of(PipelineLayout.parse("E|t*" + layers + "L")));
      String parts = "Et*%d|t*%dL".formatted(first, layers - first);
      splits.add(PipelineSplit.of(PipelineLayout.parse(parts)));
      for (PipelineSplit split : splits) {
        Path cut =
            bench.reshard(
                bench.source(),
                to ->
                    to.tensorModelParallelSize(2)
                        .pipelineModelParallelSize(2)
                        .pipelineSplit(split));
        assertEquals(before, bench.sums(home(bench, cut)), "seed " + seed + ", " + split);
      }
    }
  }

  @Test
  void arraysStackTheLayersOfAStackWhereAllAreAlikeAndElseHaveOneForEachLayer() {
    var alike = bench(T5, TWO + "encoder: {num_layers: 2}\ndecoder: {num_layers: 0}\nmore: 1\n", 0);
    var stacked = arrays(alike);
    assertEquals(List.of(2L, 8L), stacked.get("model.encoder.layers.norm.weight").dims());
    assertEquals(List.of(1L, 8L), stacked.get("model.decoder.layers.norm.weight").dims());
    var own = arrays(bench(HYBRID, hybrid(new Random(1), 4), 1));
    assertEquals(List.of(8L), own.get("model.decoder.layers.3.norm.weight").dims());
    assertTrue(own.containsKey("model.decoder.layers.3.attention.weight"), own.toString());
  }

  private static Map<String, Shape> arrays(Workbench bench) {
    var all = new HashMap<String, Shape>();
    bench
        .shapes(bench.reshard(bench.source(), to -> to.layout(DISTRIBUTED)))
        .values()
        .forEach(all::putAll);
    return all;
  }

  private Workbench bench(Family family, String config, long seed) {
    return Workbench.of(
        family, SampleModel.of("seed " + seed, config), folder.resolve("s" + System.nanoTime()));
  }

  private static Path home(Workbench bench, Path cut) {
    return bench.reshard(
        cut, to -> to.tensorModelParallelSize(1).pipelineModelParallelSize(1).layout(RANKS));
  }

  /**
   * Goes to every grid and to arrays and back, and returns the numbers of stages that are legal.
   */
  private Set<Integer> everyGrid(Family family, String config, int most, long seed) {
    var bench = bench(family, config, seed);
    var before = bench.sums(bench.source());
    var legal =
        IntStream.rangeClosed(1, most)
            .filter(stages -> isLegal(bench, stages))
            .boxed()
            .collect(Collectors.toSet());
    var grids = new ArrayList<Grid>();
    legal.forEach(stages -> List.of(1, 2, 4).forEach(t -> grids.add(Grid.of(t, stages))));
    Collections.shuffle(grids, new Random(seed));
    Path at = bench.source();
    for (Grid grid : grids) {
      var layout = grid.tensor() == 2 && grid.pipeline() < 3 ? DISTRIBUTED : RANKS;
      at =
          bench.reshard(
              at,
              to ->
                  to.tensorModelParallelSize(grid.tensor())
                      .pipelineModelParallelSize(grid.pipeline())
                      .layout(layout));
    }
    assertEquals(before, bench.sums(home(bench, at)), "seed " + seed + ", " + grids);
    return legal;
  }

  private static boolean isLegal(Workbench bench, int stages) {
    try {
      bench.plan(to -> to.pipelineModelParallelSize(stages));
      return true;
    } catch (PlanRejectedException impossible) {
      return false;
    }
  }
}

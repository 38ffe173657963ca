package io.shardwright.testkit;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.LayerSet;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.PipelineLayout;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.Size;
import io.shardwright.testkit.GridWalk.Family;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows on some layers, sizes that depend on the layer: there and back on every grid. */
class LayersThatDifferTest {
  @TempDir Path folder;

  /**
   * Attention in every fourth layer and segments of unequal length in the others, sizes that depend
   * on the layer, and the first layers dense.
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
                  .sized(Size.REST, "3")
                  .segments("2 * hidden_size", "hidden_size", "num_attention_heads")
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
      new GridWalk(folder).everyGrid(HYBRID, hybrid(random, layers), layers, seed);
    }
  }

  @Test
  void layersThatDifferLieOnStagesOfOtherSizes() {
    for (long seed = 0; seed < 4; seed++) {
      var random = new Random(seed);
      int layers = 5 + random.nextInt(3);
      var bench = new GridWalk(folder).bench(HYBRID, hybrid(random, layers), seed);
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
        assertEquals(before, bench.sums(GridWalk.home(bench, cut)), "seed " + seed + ", " + split);
      }
    }
  }

  @Test
  void arraysHaveKeysForEachLayerWhereOneDiffers() {
    var own = GridWalk.arrays(new GridWalk(folder).bench(HYBRID, hybrid(new Random(1), 4), 1));
    assertEquals(List.of(8L), own.get("model.decoder.layers.3.norm.weight").dims());
    assertTrue(own.containsKey("model.decoder.layers.3.attention.weight"), own.toString());
  }
}

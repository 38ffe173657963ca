package io.shardwright.testkit;

import static io.shardwright.spi.ParameterRule.Stage.EVERY;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.LayerStack;
import io.shardwright.spi.LayerStack.Stages;
import io.shardwright.spi.ParameterTable;
import io.shardwright.testkit.GridWalk.Family;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Families of several stacks: on random models and every legal grid the way there and back is the
 * identity. The engine proves of each plan that it moves every element once.
 */
class StacksTest {
  @TempDir Path folder;

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
        replicated(last + ".embedding.weight").of("embedding.weight").on(FIRST).in(last).copy());
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
      var legal = new GridWalk(folder).everyGrid(T5, config, encoder + decoder, seed);
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
      assertTrue(
          new GridWalk(folder).everyGrid(new Family(own, towers), config, 5, seed).contains(2),
          "seed " + seed);
      var first =
          List.of(
              LayerStack.of("vision", "vision.layers", "vision.").on(Stages.FIRST),
              LayerStack.of("text", "text.layers", "text."));
      assertEquals(
          Set.of(1, 2, 4),
          new GridWalk(folder).everyGrid(new Family(first, towers), config, 5, seed),
          "seed " + seed);
    }
  }

  @Test
  void arraysStackTheLayersOfAStackThatAreAlike() {
    var alike =
        new GridWalk(folder)
            .bench(T5, TWO + "encoder: {num_layers: 2}\ndecoder: {num_layers: 0}\nmore: 1\n", 0);
    var stacked = GridWalk.arrays(alike);
    assertEquals(List.of(2L, 8L), stacked.get("model.encoder.layers.norm.weight").dims());
    assertEquals(List.of(1L, 8L), stacked.get("model.decoder.layers.norm.weight").dims());
  }
}

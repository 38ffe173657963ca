package io.shardwright.core.internal.describe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.describe.StageLayers.Pipeline;
import io.shardwright.engine.PlainConfig;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.PipelineLayout;
import io.shardwright.spi.PipelineSplit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Layers lie where Megatron-Core has them. */
class StageLayersTest {
  private static final ParameterTable ROWS =
      ParameterTable.of(
          ParameterRule.replicated("encoder.layers.*.norm"),
          ParameterRule.replicated("decoder.layers.*.norm"));

  private static StageLayers layers(Map<String, String> config, Pipeline pipeline) {
    return StageLayers.of(List.of(LayerStack.DECODER), ROWS, new PlainConfig(config), pipeline);
  }

  @Test
  void holdsInEveryPartTheLayersThatMegatronCoreBuildsThere() throws IOException {
    var wrong = new ArrayList<String>();
    try (var table = StageLayersTest.class.getResourceAsStream("/pipeline-splits.tsv")) {
      new String(table.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .filter(line -> !found(line.split("\t")).equals(line.split("\t")[8]))
          .forEach(line -> wrong.add(line + ": found " + found(line.split("\t"))));
    }
    assertEquals(List.of(), wrong);
  }

  private static OptionalInt size(int layers) {
    return layers == 0 ? OptionalInt.empty() : OptionalInt.of(layers);
  }

  private static String found(String[] fields) {
    var numbers = Stream.of(fields).limit(7).map(Integer::valueOf).toList();
    PipelineSplit split;
    try {
      split =
          fields[7].equals("-")
              ? new PipelineSplit(
                  size(numbers.get(3)),
                  size(numbers.get(4)),
                  Optional.empty(),
                  numbers.get(5) == 1,
                  numbers.get(6) == 1)
              : PipelineSplit.of(PipelineLayout.parse(fields[7]));
    } catch (IllegalArgumentException broken) {
      return "refused";
    }
    var layers =
        layers(
            Map.of("num_layers", fields[0]), new Pipeline(numbers.get(1), numbers.get(2), split));
    var stack = layers.stacks().get(0);
    return stack.possible()
        ? String.join(",", stack.parts().stream().map(p -> p.first() + "+" + p.count()).toList())
        : "refused";
  }

  private static final List<LayerStack> TWO =
      List.of(
          LayerStack.of("encoder", "encoder_layers", "encoder.").before(LayerStack.SPLIT_RANK),
          LayerStack.of("decoder", "num_layers", "decoder.").from(LayerStack.SPLIT_RANK));

  private static StageLayers two(int stages, int split) {
    var config =
        new PlainConfig(
            Map.of("encoder_layers", "2", "num_layers", "3", LayerStack.SPLIT_RANK, "" + split));
    return StageLayers.of(TWO, ROWS, config, Pipeline.even(stages));
  }

  @Test
  void numbersTheLayersOfEachStackByItself() {
    var layers = two(4, 1);
    assertEquals("encoder.layers.1.norm", layers.global("encoder.layers.1.norm", 0));
    assertEquals("m.decoder.layers.2.norm", layers.global("m.decoder.layers.0.norm", 3));
    assertEquals("decoder.layers.0.norm", layers.local("decoder.layers.2.norm"));
    assertEquals(2, layers.stage("decoder.layers.1.norm"));
    assertEquals("[encoder 0-1][decoder 0][decoder 1][decoder 2]", shown(layers));
    assertEquals("[encoder 0-1, decoder 0-2]", shown(two(1, 0)));
  }

  private static String shown(StageLayers layers) {
    var text = new StringBuilder();
    for (int stage = 0; stage < layers.stages(); stage++) {
      text.append(layers.ranges(stage));
    }
    return text.toString();
  }

  @Test
  void knowsWhichStagesCantBe() {
    assertEquals(
        List.of(true, false), two(4, 2).stacks().stream().map(StackStages::possible).toList());
    assertEquals(
        List.of(false, false), two(4, 4).stacks().stream().map(StackStages::possible).toList());
  }

  @Test
  void numbersTheChunksOfAnInterleavedPipeline() {
    var layers = layers(Map.of("num_layers", "8"), new Pipeline(2, 2, PipelineSplit.EVEN));
    assertEquals("[0-1, 4-5][2-3, 6-7]", shown(layers));
    assertEquals("decoder.layers.5.norm", layers.global("decoder.layers.3.norm", 0));
    assertEquals("decoder.layers.2.norm", layers.local("decoder.layers.6.norm"));
  }

  @Test
  void putsTheLastStacksLayersWhereTheLayoutHasThem() {
    var stacks =
        List.of(
            LayerStack.of("decoder", "num_layers", "decoder."),
            LayerStack.of("mtp", "mtp_layers", "encoder.").on(LayerStack.Stages.LAST));
    var config = new PlainConfig(Map.of("num_layers", "3", "mtp_layers", "1"));
    var layout = PipelineSplit.of(PipelineLayout.parse("Et|ttm|L"));
    var layers = StageLayers.of(stacks, ROWS, config, new Pipeline(3, 1, layout));
    assertEquals("[decoder 0][decoder 1-2, mtp 0][]", shown(layers));
    var even = StageLayers.of(stacks, ROWS, config, Pipeline.even(3));
    assertEquals("[decoder 0][decoder 1][decoder 2, mtp 0]", shown(even));
  }
}

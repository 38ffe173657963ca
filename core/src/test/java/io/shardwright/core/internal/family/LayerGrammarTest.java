package io.shardwright.core.internal.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.LayerSet;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.LayerStack.Stages;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Stacks of a family file, and what layer sets mean. */
class LayerGrammarTest {
  private static List<LayerStack> stacks(String text) {
    String file =
        "family: any\nrestores: [a.B]\nparallelism: []\n"
            + text
            + "namings:\n  legacy:\n    rows: []\n";
    var source = new MemorySource(file.getBytes(StandardCharsets.UTF_8), "any.yaml");
    return FamilyGrammar.read(source, false, Guard.standard()).family().stacks();
  }

  @Test
  void readsStacksWithTheirCountsAndStages() {
    assertEquals(List.of(LayerStack.DECODER), stacks(""));
    assertEquals(
        List.of(
            LayerStack.of("encoder", "a.layers | 2", "encoder.").before("split"),
            LayerStack.of("decoder", "num_layers", "decoder.").from("split"),
            LayerStack.of("tower", "3", "t.").on(Stages.FIRST)),
        stacks(
            "stacks:\n  encoder: {layers: a.layers | 2, rows: encoder., before: split}\n"
                + "  decoder: {layers: num_layers, rows: decoder., from: split}\n"
                + "  tower: {layers: 3, rows: t., on: first}\n"));
  }

  @Test
  void refusesBrokenStacksNamingTheLine() {
    String message =
        assertThrows(
                MalformedCheckpointException.class,
                () -> stacks("stacks:\n  one: {layers: 2 +, on: first, from: k, row: x}\n"))
            .getMessage();
    for (String said :
        List.of(
            "'layers' is a broken formula", "expected at most one of them", "has no key 'row'")) {
      assertTrue(message.contains(said), message);
    }
  }

  private static List<Integer> layers(String config, LayerSet set) {
    var source = new MemorySource(config.getBytes(StandardCharsets.UTF_8), "config");
    var document = YamlDocument.parse(source, Guard.standard());
    return IntStream.range(0, 6).filter(layer -> set.holds(document, layer)).boxed().toList();
  }

  @Test
  void tellsLayersByNumberListTextAndPeriod() {
    LayerSet moe = LayerSet.where("moe_layer_freq", 0, "1", "null");
    assertEquals(List.of(0, 2, 4), layers("moe_layer_freq: 2", moe));
    assertEquals(List.of(1, 2), layers("moe_layer_freq: [0, 1, 1, 0, 0, 0]", moe));
    assertEquals(List.of(0, 1, 2, 3, 4, 5), layers("a: 1", moe));
    LayerSet full = LayerSet.where("linear_attention_freq", -1, "0");
    assertEquals(List.of(3), layers("linear_attention_freq: 4", full));
    assertEquals(List.of(0, 1, 2, 4, 5), layers("linear_attention_freq: 4", full.others()));
    assertEquals(List.of(1, 4), layers("p: 'M*M-*E'", LayerSet.where("p", 0, "*")));
    assertEquals(List.of(0, 1), layers("k: 2", LayerSet.first("k")));
    assertEquals(List.of(), layers("a: 2", LayerSet.first("k")));
    assertEquals(List.of(5), layers("only: [5, 9]", LayerSet.numbers("only")));
    assertEquals(List.of(2, 5), layers("a: 1", LayerSet.every("3", -1)));
  }

  @Test
  void refusesAListThatLacksALayer() {
    String message =
        assertThrows(
                MalformedCheckpointException.class,
                () -> layers("kinds: [a, b]", LayerSet.where("kinds", 0, "a")))
            .getMessage();
    assertTrue(
        message.contains("kinds is [a, b] (a list), expected an item for each layer"), message);
  }
}

package io.shardwright.core.internal.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The names are those of Megatron-Core 0.19.2's GPTModel with experts and biases. */
class RegistrationOrderTest {
  private static final String ROUTER = "decoder.layers.*.mlp.router.bias";
  private static final String EXPERT = "decoder.layers.*.mlp.experts.local_experts.*.";
  private static final String NORM = "decoder.final_layernorm.weight";

  private static final ParameterTable TABLE =
      new ParameterTable(
          Stream.of(
                  ROUTER,
                  EXPERT + "linear_fc1.weight",
                  EXPERT + "linear_fc1.bias",
                  EXPERT + "linear_fc2.weight",
                  EXPERT + "linear_fc2.bias",
                  NORM)
              .map(ParameterRule::replicated)
              .toList());

  /** Transformer Engine's GroupedLinear has weight0, bias0, weight1, bias1. */
  @Test
  void aModuleOfAllExpertsHasEachWeightWithItsBias() {
    assertEquals(
        List.of(
            "router.bias",
            "0.linear_fc1.weight",
            "0.linear_fc1.bias",
            "1.linear_fc1.weight",
            "1.linear_fc1.bias",
            "0.linear_fc2.weight",
            "0.linear_fc2.bias",
            "1.linear_fc2.weight",
            "1.linear_fc2.bias"),
        ofALayer(true));
  }

  @Test
  void separateExpertsComeOneByOne() {
    assertEquals(
        List.of(
            "router.bias",
            "0.linear_fc1.weight",
            "0.linear_fc1.bias",
            "0.linear_fc2.weight",
            "0.linear_fc2.bias",
            "1.linear_fc1.weight",
            "1.linear_fc1.bias",
            "1.linear_fc2.weight",
            "1.linear_fc2.bias"),
        ofALayer(false));
  }

  private static List<String> ofALayer(boolean grouped) {
    var all =
        new ArrayList<>(TABLE.rules().stream().flatMap(RegistrationOrderTest::emissions).toList());
    Collections.shuffle(all, new Random(5));
    all.sort(new RegistrationOrder(TABLE, List.of(LayerStack.DECODER), grouped));
    var names = all.stream().map(Emission::name).toList();
    assertEquals(NORM, names.get(names.size() - 1));
    var first = names.subList(0, names.size() / 2);
    first.forEach(name -> assertEquals("0", name.split("\\.")[2], name));
    return first.stream().map(name -> name.replaceAll(".*(mlp|local_experts)\\.", "")).toList();
  }

  private static Stream<Emission> emissions(ParameterRule rule) {
    var two = IntStream.range(0, 2).boxed().toList();
    return switch ((int) rule.pattern().chars().filter(c -> c == '*').count()) {
      case 0 -> Stream.of(emission(rule, List.of()));
      case 1 -> two.stream().map(layer -> emission(rule, List.of(layer)));
      default ->
          two.stream()
              .flatMap(layer -> two.stream().map(expert -> emission(rule, List.of(layer, expert))));
    };
  }

  private static Emission emission(ParameterRule rule, List<Integer> indexes) {
    return new Emission("", rule, indexes, null, DType.FLOAT32);
  }
}

package io.shardwright.core.internal.execute;

import static io.shardwright.core.internal.execute.ReshardPropertyTest.assertSame;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import io.shardwright.core.internal.execute.InMemoryModel.Held;
import io.shardwright.spi.Extent;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Factors in any order, of tensors of one to three axes: transposed, regrouped and in parts. */
class ArrangementPropertyTest {
  private static final int ROUNDS = 100;
  private static final int[] RANKS = {1, 2, 3, 4, 6};

  private static final class Drawn {
    private final Random random;
    private final int cut;
    private final List<List<Extent>> axes = new ArrayList<>();
    private final List<Long> lengths = new ArrayList<>();
    private final List<String> rests = new ArrayList<>();

    Drawn(long seed) {
      random = new Random(seed);
      int rank = 1 + random.nextInt(3);
      cut = random.nextInt(Math.min(rank, 2) + 1) - 1;
      for (int axis = 0; axis < rank; axis++) {
        int before = random.nextInt(2);
        var own = new ArrayList<Extent>();
        for (int i = 0; i < before; i++) {
          own.add(Extent.fixed(2 + random.nextInt(2)));
        }
        own.add(Extent.rest());
        for (int i = random.nextInt(2); i > 0; i--) {
          own.add(Extent.fixed(2 + random.nextInt(2)));
        }
        axes.add(own);
        long rest = axis == cut ? 12 : 4 + random.nextInt(2);
        rests.add(String.valueOf(rest));
        own.forEach(e -> lengths.add(e.value() > 0 ? e.value() : rest));
      }
    }

    int ranks() {
      return RANKS[random.nextInt(RANKS.length)];
    }

    ParameterRule plain(String name) {
      ParameterRule rule =
          cut < 0
              ? ParameterRule.replicated(name)
              : cut == 0 ? ParameterRule.column(name) : ParameterRule.row(name);
      rule = rule.of("whole");
      for (int axis = 0; axis < axes.size(); axis++) {
        rule = rule.factored(axis, axes.get(axis).toArray(Extent[]::new));
      }
      return rule.sized(rests.toArray(String[]::new));
    }

    private ParameterRule reordered(String name) {
      var order = new ArrayList<>(IntStream.range(0, lengths.size()).boxed().toList());
      Collections.shuffle(order, random);
      var stored = new ArrayList<int[]>();
      for (int from = 0; from < order.size(); ) {
        int to = from + 1 + random.nextInt(order.size() - from);
        stored.add(order.subList(from, to).stream().mapToInt(i -> i).toArray());
        from = to;
      }
      return plain(name).stored(stored.toArray(int[][]::new));
    }

    /** All of it, or two parts of a factor. */
    List<ParameterRule> rules(String prefix) {
      var fixed =
          IntStream.range(0, lengths.size()).filter(k -> lengths.get(k) < 4).boxed().toList();
      if (fixed.isEmpty() || random.nextBoolean()) {
        return List.of(reordered(prefix));
      }
      int factor = fixed.get(random.nextInt(fixed.size()));
      return List.of(
          reordered(prefix + "first").part(factor, 0, 1),
          reordered(prefix + "last").part(factor, 1, 0));
    }

    InMemoryModel whole() {
      int at = 0;
      var dims = new ArrayList<Long>();
      for (List<Extent> axis : axes) {
        dims.add(lengths.subList(at, at + axis.size()).stream().reduce(1L, (a, b) -> a * b));
        at += axis.size();
      }
      Shape shape = new Shape(dims);
      byte[] bytes = new byte[(int) shape.elements()];
      random.nextBytes(bytes);
      Map<String, Held> tensors = new LinkedHashMap<>();
      tensors.put("plain", new Held(DType.UINT8, shape, bytes));
      return new InMemoryModel(List.of(plain("plain")), 1, Map.of(), List.of(tensors));
    }
  }

  @Test
  void thereAndBackIsTheIdentityInEveryOrder() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var drawn = new Drawn(seed);
      InMemoryModel whole = drawn.whole();
      var first = drawn.rules("a");
      var second = drawn.rules("b");
      var back =
          assertDoesNotThrow(
              () ->
                  whole
                      .renamed(first, drawn.ranks(), 4096)
                      .renamed(second, drawn.ranks(), 4096)
                      .renamed(whole.rules(), 1, 4096),
              "seed " + seed + " " + first + " " + second);
      assertSame(whole, back, seed);
    }
  }
}

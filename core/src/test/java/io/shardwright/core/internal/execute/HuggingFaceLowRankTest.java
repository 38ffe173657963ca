package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.describe.HuggingFaceLowRank;
import io.shardwright.core.internal.describe.HuggingFaceLowRank.Pair;
import io.shardwright.core.internal.describe.LowRankChange;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.InMemoryModel.Held;
import io.shardwright.spi.Extent;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Adapters of modules that are parts of a weight, or stored transposed. */
class HuggingFaceLowRankTest {
  private static final int ROUNDS = 60;
  private static final int HEADS = 6;
  private static final int GROUPS = 3;
  private static final int SIZE = 4;
  private static final int HIDDEN = 10;
  private static final int ROWS = (HEADS + 2 * GROUPS) * SIZE;
  private static final Map<String, String> CONFIG =
      Map.of("num_attention_heads", "" + HEADS, "num_query_groups", "" + GROUPS);

  /** Whole factors of a product, row-major. */
  private record Factors(int rows, int rank, float[] a, float[] b, float scale) {
    static Factors of(Random random, int rows, int columns) {
      int rank = 1 + random.nextInt(5);
      float scale = (float) random.nextGaussian();
      return new Factors(
          rows, rank, values(random, rank * columns), values(random, rows * rank), scale);
    }

    Pair pair(int columns) {
      return new Pair(
          tensor("a", a, Shape.of(rank, columns)), tensor("b", b, Shape.of(rows, rank)), scale);
    }

    /** Adds to a row of a weight what this has in one of its own. */
    void add(float[] weight, int row, int own, int columns) {
      for (int column = 0; column < columns; column++) {
        float sum = 0;
        for (int k = 0; k < rank; k++) {
          sum += b[own * rank + k] * a[k * columns + column];
        }
        weight[row * columns + column] += scale * sum;
      }
    }
  }

  private static float[] values(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static byte[] bytes(float[] values) {
    var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static SourceTensor tensor(String name, float[] values, Shape shape) {
    return new SourceTensor(
        new TensorSpec(name, DType.FLOAT32, shape),
        new MemorySource(bytes(values), name),
        0,
        shape.rowMajorStrides(),
        false,
        OptionalLong.empty());
  }

  /** Row of the fused weight for a row of a projection: queries of a group, its key, its value. */
  private static int fused(String projection, int row) {
    int perGroup = HEADS / GROUPS;
    int head = row / SIZE;
    int group = projection.equals("q") ? head / perGroup : head;
    int slot =
        projection.equals("q") ? head % perGroup : projection.equals("k") ? perGroup : perGroup + 1;
    return (group * (perGroup + 2) + slot) * SIZE + row % SIZE;
  }

  private static ParameterTable projections() {
    String of = "qkv.weight";
    return ParameterTable.of(
        ParameterRule.column("q.weight").of(of).groupedQkv().part(1, 0, -2),
        ParameterRule.column("k.weight").of(of).groupedQkv().part(1, -2, -1),
        ParameterRule.column("v.weight").of(of).groupedQkv().part(1, -1, 0));
  }

  @Test
  void projectionsChangeTheirRowsOfTheFusedWeightAndNoOthers() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      float[] weight = values(random, ROWS * HIDDEN);
      var base = base(ParameterRule.column("qkv.weight").groupedQkv(), weight, ROWS, HIDDEN);
      Map<String, Pair> pairs = new LinkedHashMap<>();
      for (String projection : List.of("q", "k", "v")) {
        int rows = (projection.equals("q") ? HEADS : GROUPS) * SIZE;
        if (random.nextInt(3) > 0) {
          var factors = Factors.of(random, rows, HIDDEN);
          pairs.put(projection, factors.pair(HIDDEN));
          for (int row = 0; row < rows; row++) {
            factors.add(weight, fused(projection, row), row, HIDDEN);
          }
        }
      }
      assertMerges(base, projections(), pairs, weight, "qkv.weight", random, seed);
    }
  }

  /**
   * As GPT-2 has it: all queries, all keys, all values along the columns of a transposed matrix.
   */
  @Test
  void aTransposedModuleChangesTheWeightAsOneThatIsNot() {
    int rows = 3 * HEADS * SIZE;
    var row =
        ParameterRule.column("c_attn.weight")
            .of("qkv.weight")
            .factored(0, Extent.count("num_attention_heads"), Extent.fixed(3), Extent.rest())
            .stored(new int[] {3}, new int[] {1, 0, 2});
    var own =
        ParameterRule.column("qkv.weight")
            .cutBetween("num_attention_heads")
            .factored(0, Extent.count("num_attention_heads"), Extent.fixed(3), Extent.rest());
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      float[] weight = values(random, rows * HIDDEN);
      var base = base(own, weight, rows, HIDDEN);
      var factors = Factors.of(random, rows, HIDDEN);
      for (int output = 0; output < rows; output++) {
        int kind = output / (HEADS * SIZE);
        int head = output / SIZE % HEADS;
        factors.add(weight, (head * 3 + kind) * SIZE + output % SIZE, output, HIDDEN);
      }
      var pairs = Map.of("c_attn", factors.pair(HIDDEN));
      assertMerges(base, ParameterTable.of(row), pairs, weight, "qkv.weight", random, seed);
    }
  }

  private static InMemoryModel base(ParameterRule rule, float[] weight, int rows, int columns) {
    var held = new Held(DType.FLOAT32, Shape.of(rows, columns), bytes(weight));
    return new InMemoryModel(List.of(rule), 1, CONFIG, List.of(Map.of(rule.pattern(), held)));
  }

  private static void assertMerges(
      InMemoryModel whole,
      ParameterTable names,
      Map<String, Pair> pairs,
      float[] expected,
      String weight,
      Random random,
      long seed) {
    int[] sizes = {1, 3};
    var base = whole.reshard(sizes[random.nextInt(2)], 1 << 12, 1);
    var change = HuggingFaceLowRank.of("adapter", base.describe(), names, pairs);
    assertEquals(List.of(), change.problems(), "seed " + seed);
    var plan = base.plan(sizes[random.nextInt(2)], Optional.empty(), change);
    int block = 16 << random.nextInt(9);
    var merged =
        base.run(plan, () -> new JvmBackend(block), 1 + random.nextInt(3), random.nextBoolean());
    byte[] found = merged.reshard(1, 1 << 12, 1).files().get(0).get(weight).bytes();
    assertArrayEquals(bytes(expected), found, "seed " + seed);
  }

  @Test
  void saysWhatDoesNotFit() {
    var random = new Random(3);
    var base =
        base(
            ParameterRule.column("qkv.weight").groupedQkv(),
            new float[ROWS * HIDDEN],
            ROWS,
            HIDDEN);
    Map<String, Pair> pairs = new LinkedHashMap<>();
    pairs.put("q", Factors.of(random, HEADS * SIZE + 1, HIDDEN).pair(HIDDEN));
    pairs.put("k", Factors.of(random, GROUPS * SIZE, HIDDEN + 2).pair(HIDDEN + 2));
    pairs.put("o", Factors.of(random, GROUPS * SIZE, HIDDEN).pair(HIDDEN));
    LowRankChange change = HuggingFaceLowRank.of("adapter", base.describe(), projections(), pairs);
    var problems = new ArrayList<>(change.problems());
    assertEquals(3, problems.size(), problems.toString());
    assertTrue(problems.get(0).contains("expected [24, "), problems.get(0));
    assertTrue(problems.get(1).contains(", 10]"), problems.get(1));
    assertEquals("'o': changed by adapter, not in the model", problems.get(2));
  }
}

package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.describe.ArchiveLowRank;
import io.shardwright.core.internal.describe.LowRankChange;
import io.shardwright.core.internal.execute.InMemoryModel.Held;
import io.shardwright.spi.LowRank;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Merging random products into random models, against a loop over the elements. */
class LowRankPropertyTest {
  private static final int ROUNDS = 80;
  private static final int[] SIZES = {1, 2, 3, 4, 6};
  private static final DType[] TYPES = {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16};
  private static final Map<String, String> GROUPS =
      Map.of("num_attention_heads", "24", "num_query_groups", "12");

  /** A model and what is added to it, both whole. */
  private record Case(InMemoryModel base, InMemoryModel adapter, float scale) {
    static Case of(Random random) {
      var rules = new ArrayList<ParameterRule>();
      var factors = new ArrayList<ParameterRule>();
      Map<String, Held> weights = new LinkedHashMap<>();
      Map<String, Held> changes = new LinkedHashMap<>();
      int rank = 12 * (1 + random.nextInt(2));
      for (int i = 0; i < 1 + random.nextInt(3); i++) {
        String name = "m" + i + ".weight";
        int kind = random.nextInt(4);
        long rows = kind == 3 ? 12 * 4 * 3 : 24L * (1 + random.nextInt(3));
        long columns = 12L * (1 + random.nextInt(3));
        rules.add(rule(kind, name));
        weights.put(name, held(random, Shape.of(rows, columns)));
        if (i == 0 || random.nextBoolean()) {
          factors.add(ParameterRule.column("a" + i).of(LowRank.a(name)));
          factors.add(rule(kind == 1 ? 0 : kind, "b" + i).of(LowRank.b(name)));
          changes.put("a" + i, held(random, Shape.of(rank, columns)));
          changes.put("b" + i, held(random, Shape.of(rows, rank)));
        }
      }
      var config = new LinkedHashMap<>(GROUPS);
      config.put("peft.peft_scheme", "lora");
      boolean scaled = random.nextBoolean();
      if (scaled) {
        config.put("peft.lora_tuning.alpha", "7");
      }
      return new Case(
          new InMemoryModel(rules, 1, GROUPS, List.of(weights)),
          new InMemoryModel(factors, 1, config, List.of(changes)),
          scaled ? (float) (7.0 / rank) : 1);
    }

    private static ParameterRule rule(int kind, String name) {
      return switch (kind) {
        case 0 -> ParameterRule.column(name);
        case 1 -> ParameterRule.row(name);
        case 2 -> ParameterRule.column(name, 2);
        default -> ParameterRule.column(name).groupedQkv();
      };
    }

    /** What a whole weight becomes. */
    Held merged(String name, Optional<DType> wanted) {
      Held weight = base.files().get(0).get(name);
      Held a = adapter.files().get(0).get(name.replace("m", "a").replace(".weight", ""));
      Held b = adapter.files().get(0).get(name.replace("m", "b").replace(".weight", ""));
      float[] sums = floats(weight);
      if (a != null) {
        add(sums, floats(b), floats(a), (int) weight.shape().dim(1));
      }
      return cast(sums, wanted.orElse(weight.dtype()), weight.shape());
    }

    private void add(float[] sums, float[] b, float[] a, int columns) {
      int rank = a.length / columns;
      for (int place = 0; place < sums.length; place++) {
        float sum = 0;
        for (int k = 0; k < rank; k++) {
          sum += b[place / columns * rank + k] * a[k * columns + place % columns];
        }
        sums[place] += scale * sum;
      }
    }
  }

  private static Held held(Random random, Shape shape) {
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return cast(values, TYPES[random.nextInt(TYPES.length)], shape);
  }

  private static Held cast(float[] values, DType dtype, Shape shape) {
    ByteBuffer floats = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    floats.asFloatBuffer().put(values);
    ByteBuffer bytes = ByteBuffer.allocate(values.length * dtype.byteSize());
    new Casts().convert(floats, DType.FLOAT32, bytes, dtype);
    return new Held(dtype, shape, bytes.array());
  }

  private static float[] floats(Held held) {
    float[] values = new float[(int) held.shape().elements()];
    ByteBuffer floats = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    new Casts().convert(ByteBuffer.wrap(held.bytes()), held.dtype(), floats, DType.FLOAT32);
    floats.asFloatBuffer().get(values);
    return values;
  }

  @Test
  void everyWeightBecomesItselfPlusItsProductForAnyRanksThreadsAndBlocks() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      Case it = Case.of(random);
      var base = it.base().reshard(size(random), 1 << 12, 1);
      var adapter = it.adapter().reshard(size(random), 1 << 12, 1);
      LowRankChange change = ArchiveLowRank.of(adapter.describe(), base.describe());
      Optional<DType> wanted =
          random.nextBoolean() ? Optional.empty() : Optional.of(TYPES[random.nextInt(3)]);
      var plan = base.plan(size(random), wanted, change);
      int block = 16 << random.nextInt(11);
      int threads = 1 + random.nextInt(3);
      var merged =
          base.run(plan, () -> new JvmBackend(block), threads, random.nextInt(4) == 0)
              .reshard(1, 1 << 12, 1);
      for (String name : it.base().files().get(0).keySet()) {
        Held expected = it.merged(name, wanted);
        Held found = merged.files().get(0).get(name);
        assertEquals(expected.dtype(), found.dtype(), "seed " + seed);
        assertArrayEquals(expected.bytes(), found.bytes(), "seed " + seed + " " + name);
      }
    }
  }

  @Test
  void refusesFactorsThatDoNotMakeTheWeightNamingAll() {
    var random = new Random(1);
    var base =
        model(
            Map.of(
                "m0.weight",
                held(random, Shape.of(4, 6)),
                "m1.weight",
                held(random, Shape.of(2, 2))));
    var adapter =
        adapter(
            Map.of(
                "m0.weight", List.of(held(random, Shape.of(3, 6)), held(random, Shape.of(5, 3))),
                "m1.weight", List.of(held(random, Shape.of(1, 2)), held(random, Shape.of(2, 2))),
                "m2.weight", List.of(held(random, Shape.of(1, 2)), held(random, Shape.of(2, 1)))));
    var change = ArchiveLowRank.of(adapter.describe(), base.describe());
    var refusal =
        assertThrows(PlanRejectedException.class, () -> base.plan(1, Optional.empty(), change));
    assertEquals(3, refusal.problems().size(), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("expected factors of [4, 6]"), refusal.getMessage());
    assertTrue(
        refusal.getMessage().contains(": a factor of memory whose weight is not in the model"),
        refusal.getMessage());
  }

  @Test
  void refusesAWeightThatBinary32CantHold() {
    var base = model(Map.of("m0.weight", new Held(DType.FLOAT64, Shape.of(2, 2), new byte[32])));
    var random = new Random(1);
    var adapter =
        adapter(
            Map.of(
                "m0.weight", List.of(held(random, Shape.of(1, 2)), held(random, Shape.of(2, 1)))));
    var change = ArchiveLowRank.of(adapter.describe(), base.describe());
    var refusal =
        assertThrows(PlanRejectedException.class, () -> base.plan(1, Optional.empty(), change));
    assertTrue(refusal.getMessage().contains("float64"), refusal.getMessage());
  }

  private static InMemoryModel model(Map<String, Held> weights) {
    var rules = weights.keySet().stream().map(ParameterRule::column).toList();
    return new InMemoryModel(rules, 1, Map.of(), List.of(weights));
  }

  private static InMemoryModel adapter(Map<String, List<Held>> factors) {
    var rules = new ArrayList<ParameterRule>();
    Map<String, Held> held = new LinkedHashMap<>();
    factors.forEach(
        (weight, both) -> {
          rules.add(ParameterRule.column(LowRank.a(weight)));
          rules.add(ParameterRule.column(LowRank.b(weight)));
          held.put(LowRank.a(weight), both.get(0));
          held.put(LowRank.b(weight), both.get(1));
        });
    return new InMemoryModel(rules, 1, Map.of("peft.peft_scheme", "lora"), List.of(held));
  }

  private static int size(Random random) {
    return SIZES[random.nextInt(SIZES.length)];
  }
}

package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.execute.InMemoryModel.Held;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Splitting and merging, over random models, against an element-by-element definition. */
class ReshardPropertyTest {
  private static final int ROUNDS = 150;
  private static final int[] SIZES = {1, 2, 3, 4, 6};
  private static final DType[] TYPES = {
    DType.FLOAT32, DType.BFLOAT16, DType.UINT8, DType.FLOAT64, DType.COMPLEX128
  };

  @Test
  void everyRankHoldsTheElementsThatTheRuleGivesIt() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      InMemoryModel whole = randomModel(random);
      int ranks = size(random);
      var split = whole.reshard(ranks, block(random), threads(random));
      for (int rank = 0; rank < ranks; rank++) {
        for (int i = 0; i < whole.rules().size(); i++) {
          String name = "t" + i;
          Held held = whole.files().get(0).get(name);
          byte[] expected = expectedShard(held, whole.rules().get(i), rank, ranks);
          assertArrayEquals(expected, split.files().get(rank).get(name).bytes(), "seed " + seed);
        }
      }
    }
  }

  @Test
  void mergingWhatWasSplitIsTheIdentity() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      InMemoryModel whole = randomModel(random);
      var back =
          whole
              .reshard(size(random), block(random), threads(random))
              .reshard(1, block(random), threads(random));
      assertSame(whole, back, seed);
    }
  }

  @Test
  void filesWrittenFrontToBackHaveTheSameBytes() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      InMemoryModel start = randomModel(random).reshard(size(random), block(random), 1);
      int goal = size(random);
      var anyOrder = start.reshard(goal, block(random), threads(random));
      assertSame(anyOrder, start.reshard(goal, block(random), 1, true), seed);
    }
  }

  @Test
  void aDetourGivesWhatTheDirectWayGives() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      InMemoryModel start =
          randomModel(random).reshard(size(random), block(random), threads(random));
      int goal = size(random);
      var direct = start.reshard(goal, block(random), threads(random));
      var detour =
          start
              .reshard(size(random), block(random), threads(random))
              .reshard(goal, block(random), threads(random));
      assertSame(direct, detour, seed);
    }
  }

  @Test
  void refusesEveryAxisThatDoesNotDivideNamingTheLegalSizes() {
    var rules = List.of(ParameterRule.column("t0", 2), ParameterRule.row("t1"));
    Map<String, Held> tensors = new LinkedHashMap<>();
    tensors.put("t0", new Held(DType.UINT8, Shape.of(12, 1), new byte[12]));
    tensors.put("t1", new Held(DType.UINT8, Shape.of(1, 9), new byte[9]));
    var model = new InMemoryModel(rules, 1, Map.of(), List.of(tensors));
    var refusal = assertThrows(PlanRejectedException.class, () -> model.plan(4));
    assertEquals(ErrorCode.NOT_DIVISIBLE, refusal.code());
    assertEquals(2, refusal.problems().size(), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("Choose 1 or 3."), refusal.getMessage());
  }

  @Test
  void refusesRanksWhoseReplicatedTensorsDiffer() {
    var rules = List.of(ParameterRule.replicated("t0"));
    Map<String, Held> first =
        Map.of("t0", new Held(DType.UINT8, Shape.of(3), new byte[] {1, 2, 3}));
    Map<String, Held> second =
        Map.of("t0", new Held(DType.UINT8, Shape.of(3), new byte[] {1, 2, 4}));
    var model = new InMemoryModel(rules, 2, Map.of(), List.of(first, second));
    var refusal = assertThrows(MalformedCheckpointException.class, () -> model.reshard(1, 64, 2));
    assertEquals(ErrorCode.RANKS_DISAGREE, refusal.code());
  }

  @Test
  void refusesRanksWhoseShapesDiffer() {
    var rules = List.of(ParameterRule.column("t0"));
    Map<String, Held> first = Map.of("t0", new Held(DType.UINT8, Shape.of(3), new byte[3]));
    Map<String, Held> second = Map.of("t0", new Held(DType.UINT8, Shape.of(2), new byte[2]));
    var model = new InMemoryModel(rules, 2, Map.of(), List.of(first, second));
    var refusal = assertThrows(MalformedCheckpointException.class, model::describe);
    assertEquals(ErrorCode.RANKS_DISAGREE, refusal.code());
  }

  static InMemoryModel randomModel(Random random) {
    var rules = new ArrayList<ParameterRule>();
    Map<String, Held> tensors = new LinkedHashMap<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      String name = "t" + i;
      ParameterRule rule =
          switch (random.nextInt(3)) {
            case 0 -> ParameterRule.replicated(name);
            case 1 -> ParameterRule.row(name);
            default -> ParameterRule.column(name, 1 + random.nextInt(3));
          };
      rules.add(rule);
      DType dtype = TYPES[random.nextInt(TYPES.length)];
      Shape shape = randomShape(random, rule);
      byte[] bytes = new byte[(int) shape.elements() * dtype.byteSize()];
      random.nextBytes(bytes);
      tensors.put(name, new Held(dtype, shape, bytes));
    }
    return new InMemoryModel(rules, 1, Map.of(), List.of(tensors));
  }

  /** Cut axes are multiples of 12 x stride, so that every size in SIZES divides them. */
  private static Shape randomShape(Random random, ParameterRule rule) {
    long cut = 12L * rule.arrangement().stride() * (1 + random.nextInt(3));
    long other = 1 + random.nextInt(9);
    return switch (rule.cut()) {
      case REPLICATED ->
          List.of(Shape.of(), Shape.of(other), Shape.of(2, other, 3)).get(random.nextInt(3));
      case COLUMN -> List.of(Shape.of(cut), Shape.of(cut, other)).get(random.nextInt(2));
      case ROW -> List.of(Shape.of(other, cut), Shape.of(other, cut, 2)).get(random.nextInt(2));
    };
  }

  private static int size(Random random) {
    return SIZES[random.nextInt(SIZES.length)];
  }

  /** From one element per block to everything in one. */
  private static int threads(Random random) {
    return 1 + random.nextInt(4);
  }

  private static int block(Random random) {
    return 16 << random.nextInt(9);
  }

  /** Element i of the cut axis belongs to rank (i / block) mod ranks. */
  private static byte[] expectedShard(Held whole, ParameterRule rule, int rank, int ranks) {
    if (rule.partitionDim() < 0) {
      return whole.bytes();
    }
    int axis = rule.partitionDim();
    long block = whole.shape().dim(axis) / ranks / rule.arrangement().stride();
    long inner = whole.shape().elementsFrom(axis + 1);
    var shard = new java.io.ByteArrayOutputStream();
    for (long element = 0; element < whole.shape().elements(); element++) {
      long index = element / inner % whole.shape().dim(axis);
      if (index / block % ranks == rank) {
        int size = whole.dtype().byteSize();
        shard.write(whole.bytes(), (int) element * size, size);
      }
    }
    return shard.toByteArray();
  }

  static void assertSame(InMemoryModel expected, InMemoryModel found, long seed) {
    assertEquals(expected.ranks(), found.ranks());
    for (int rank = 0; rank < expected.ranks(); rank++) {
      var tensors = found.files().get(rank);
      assertEquals(expected.files().get(rank).keySet(), tensors.keySet(), "seed " + seed);
      expected
          .files()
          .get(rank)
          .forEach(
              (name, held) -> {
                assertEquals(held.shape(), tensors.get(name).shape(), "seed " + seed);
                assertArrayEquals(held.bytes(), tensors.get(name).bytes(), "seed " + seed);
              });
    }
  }
}

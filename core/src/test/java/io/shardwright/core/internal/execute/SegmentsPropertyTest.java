package io.shardwright.core.internal.execute;

import static io.shardwright.core.internal.execute.ReshardPropertyTest.assertSame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.execute.InMemoryModel.Held;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Size;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Segments of unequal length in one tensor, over random models and ranks, against a definition. */
class SegmentsPropertyTest {
  private static final int ROUNDS = 200;
  private static final int[] RANKS = {1, 2, 3, 4, 6};

  /** A random canonical tensor, and the ways to store it. */
  private static final class Drawn {
    private final Random random;
    private final List<Integer> lengths = new ArrayList<>();
    private final boolean row;
    private final boolean deep;
    private final int other;

    Drawn(long seed) {
      random = new Random(seed);
      for (int i = 0; i < 2 + random.nextInt(4); i++) {
        lengths.add(24 * (1 + random.nextInt(2)));
      }
      row = random.nextInt(3) == 0;
      deep = random.nextInt(3) == 0;
      other = 1 + random.nextInt(5);
    }

    int axis() {
      return row ? 1 : 0;
    }

    Shape shape() {
      long own = lengths.stream().mapToInt(i -> i).sum();
      return row
          ? deep ? Shape.of(other, own, 2) : Shape.of(other, own)
          : deep ? Shape.of(own, 3, other) : Shape.of(own, other);
    }

    int ranks() {
      return RANKS[random.nextInt(RANKS.length)];
    }

    int tile() {
      return 16 << random.nextInt(9);
    }

    private ParameterRule segmented(String name) {
      ParameterRule rule = row ? ParameterRule.row(name) : ParameterRule.column(name);
      return rule.of("whole")
          .sized(deep ? new String[] {Size.REST, Size.REST, Size.REST} : new String[] {Size.REST})
          .segments(lengths.stream().map(String::valueOf).toArray(String[]::new));
    }

    private ParameterRule anyWay(String name) {
      ParameterRule rule = segmented(name);
      if (random.nextBoolean()) {
        rule = rule.alternating(random.nextBoolean() ? "twelve" : "all");
      }
      return switch (random.nextInt(3)) {
        case 0 -> deep ? rule.stored(new int[] {2}, new int[] {0}, new int[] {1}) : rule;
        case 1 -> deep ? rule : rule.stored(new int[] {1}, new int[] {0});
        default -> rule;
      };
    }

    /** The whole in one tensor, or several of which each has some of the segments. */
    List<ParameterRule> rules(String prefix) {
      if (random.nextBoolean()) {
        return List.of(anyWay(prefix));
      }
      var rules = new ArrayList<ParameterRule>();
      for (int from = 0; from < lengths.size(); ) {
        int to = from + 1 + random.nextInt(lengths.size() - from);
        rules.add(anyWay(prefix + from).part(axis(), from, to));
        from = to;
      }
      return rules;
    }

    InMemoryModel whole(ParameterRule plain) {
      byte[] bytes = new byte[(int) shape().elements()];
      random.nextBytes(bytes);
      Map<String, Held> tensors = new LinkedHashMap<>();
      tensors.put(plain.pattern(), new Held(DType.UINT8, shape(), bytes));
      return new InMemoryModel(
          List.of(plain), 1, Map.of("twelve", "12", "all", "24"), List.of(tensors));
    }
  }

  @Test
  void thereAndBackIsTheIdentityInEveryOrder() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var drawn = new Drawn(seed);
      InMemoryModel whole = drawn.whole(drawn.segmented("plain"));
      var first = drawn.rules("a");
      var second = drawn.rules("b");
      var back =
          assertDoesNotThrow(
              () ->
                  whole
                      .renamed(first, drawn.ranks(), drawn.tile())
                      .renamed(second, drawn.ranks(), drawn.tile())
                      .renamed(whole.rules(), 1, drawn.tile()),
              "seed " + seed + " " + first + " " + second);
      assertSame(whole, back, seed);
    }
  }

  @Test
  void everyRankHoldsItsShareOfEverySegment() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var drawn = new Drawn(seed);
      ParameterRule plain = drawn.segmented("plain");
      ParameterRule rule = drawn.random.nextBoolean() ? plain : plain.alternating("twelve");
      int turns = rule == plain ? 1 : 12;
      InMemoryModel whole = drawn.whole(plain);
      int ranks = drawn.ranks();
      var split = whole.renamed(List.of(rule), ranks, drawn.tile());
      for (int rank = 0; rank < ranks; rank++) {
        byte[] expected =
            expected(whole.files().get(0).get("plain"), drawn, new Share(rank, ranks, turns));
        assertArrayEquals(
            expected, split.files().get(rank).get("plain").bytes(), "seed " + seed + " " + rule);
      }
    }
  }

  /** What a rank has of a tensor whose segments take turns. */
  private record Share(int rank, int ranks, int turns) {}

  private static byte[] expected(Held whole, Drawn drawn, Share share) {
    record Place(int turn, int segment, int index, int canonical) {}
    var places = new ArrayList<Place>();
    int start = 0;
    for (int segment = 0; segment < drawn.lengths.size(); segment++) {
      int length = drawn.lengths.get(segment);
      for (int i = 0; i < length; i++) {
        if (i / (length / share.ranks()) == share.rank()) {
          int turn = share.turns() == 1 ? 0 : i / (length / share.turns());
          places.add(new Place(turn, segment, i, start + i));
        }
      }
      start += length;
    }
    places.sort(
        Comparator.comparing(Place::turn)
            .thenComparing(Place::segment)
            .thenComparing(Place::index));
    int axis = drawn.axis();
    int inner = (int) whole.shape().elementsFrom(axis + 1);
    int outer = (int) (whole.shape().elements() / whole.shape().elementsFrom(axis));
    var shard = new ByteArrayOutputStream();
    for (int o = 0; o < outer; o++) {
      for (Place place : places) {
        shard.write(whole.bytes(), (o * start + place.canonical()) * inner, inner);
      }
    }
    return shard.toByteArray();
  }

  @Test
  void segmentsThatAreNotCutAreWholeAndEqualOnEveryRank() {
    var rule = ParameterRule.column("kv").segments("12", "5", "2 * three").uncut(1, 2);
    byte[] bytes = new byte[23 * 2];
    new Random(5).nextBytes(bytes);
    var whole =
        new InMemoryModel(
            List.of(rule),
            1,
            Map.of("three", "3"),
            List.of(Map.of("kv", new Held(DType.UINT8, Shape.of(23, 2), bytes))));
    var split = whole.reshard(4, 64, 1);
    assertEquals(Shape.of(14, 2), split.files().get(3).get("kv").shape());
    assertArrayEquals(
        IntStream.range(18, 46).mapToObj(i -> bytes[i]).toArray(),
        IntStream.range(0, 28).mapToObj(i -> split.files().get(3).get("kv").bytes()[i]).toArray());
    assertSame(whole, split.reshard(2, 64, 1).reshard(1, 64, 1), 5);
    split.files().get(2).get("kv").bytes()[27]++;
    assertThrows(RuntimeException.class, () -> split.reshard(1, 64, 1));
  }

  @Test
  void aSegmentThatDoesNotDivideIsRefusedWithTheLegalSizes() {
    var rule = ParameterRule.column("mamba").segments("24", "24", "6");
    var whole =
        new InMemoryModel(
            List.of(rule),
            1,
            Map.of(),
            List.of(Map.of("mamba", new Held(DType.UINT8, Shape.of(54), new byte[54]))));
    var refusal = assertThrows(PlanRejectedException.class, () -> whole.plan(4));
    assertTrue(refusal.getMessage().contains("a segment of axis 0"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("Choose 1, 2, 3 or 6."), refusal.getMessage());
  }
}

package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Products against their exact values, and whatever the blocks. */
class ProductSumTest {
  private static final int ROUNDS = 60;

  private static float[] ours(RandomProduct it) {
    ByteBuffer rows = RandomProduct.bytes(it.w());
    new ProductSum().add(rows, it.added());
    return RandomProduct.floats(rows);
  }

  @Test
  void isWithinTheStatedToleranceOfTheExactValue() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      RandomProduct it = RandomProduct.of(new Random(seed));
      it.requireWithinTolerance(ours(it), "seed " + seed);
    }
  }

  @Test
  void isTheSumOverTheRankFromFirstToLast() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      RandomProduct it = RandomProduct.of(new Random(seed));
      float[] expected = it.w().clone();
      for (int place = 0; place < expected.length; place++) {
        float sum = 0;
        for (int k = 0; k < it.rank(); k++) {
          sum +=
              it.b()[place / it.columns() * it.rank() + k]
                  * it.a()[k * it.columns() + place % it.columns()];
        }
        expected[place] += it.scale() * sum;
      }
      assertArrayEquals(expected, ours(it), "seed " + seed);
    }
  }

  @Test
  void doesNotDependOnWhichRowsAndColumnsAreInABlock() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      RandomProduct it = RandomProduct.of(random);
      float[] whole = ours(it);
      int row = random.nextInt(it.rows());
      int from = random.nextInt(it.columns());
      int to = from + 1 + random.nextInt(it.columns() - from);
      float[] a = new float[it.rank() * (to - from)];
      for (int k = 0; k < it.rank(); k++) {
        System.arraycopy(it.a(), k * it.columns() + from, a, k * (to - from), to - from);
      }
      int start = row * it.columns();
      var part =
          new RandomProduct(
              1,
              to - from,
              it.rank(),
              it.scale(),
              Arrays.copyOfRange(it.w(), start + from, start + to),
              Arrays.copyOfRange(it.b(), row * it.rank(), (row + 1) * it.rank()),
              a);
      assertArrayEquals(
          Arrays.copyOfRange(whole, start + from, start + to), ours(part), "seed " + seed);
    }
  }

  @Test
  void leavesTheFactorsAndWhatIsAroundTheRowsAlone() {
    ByteBuffer all = RandomProduct.bytes(new float[] {1, 2, 3, 4}).position(4).limit(12);
    ByteBuffer b = RandomProduct.bytes(new float[] {2});
    ByteBuffer a = RandomProduct.bytes(new float[] {10, 20});
    new ProductSum().add(all, new LowRankRows(1, 2, 1, b, a, 0.5f));
    assertArrayEquals(new float[] {1, 12, 23, 4}, RandomProduct.floats(all.clear()));
    assertEquals(2, b.getFloat(0));
    assertEquals(20, a.getFloat(4));
  }
}

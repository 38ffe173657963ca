package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Every backend's sums are within the tolerance that is stated for all. */
class ProductsAgreeTest extends OnEveryDevice {
  private static final int ROUNDS = 40;

  /** Elements of the tile before the rows. */
  private static final int BEFORE = 7;

  @Override
  void agree(IntFunction<Supplier<TensorBackend>> backends) {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var product = RandomProduct.of(new Random(seed));
      int elements = BEFORE + product.w().length;
      try (var backend = backends.apply(elements * Float.BYTES).get()) {
        Tile tile = backend.tile();
        tile.hold(DType.FLOAT32, elements);
        float[] held = new float[elements];
        Arrays.fill(held, 3);
        System.arraycopy(product.w(), 0, held, BEFORE, product.w().length);
        put(tile, held);
        tile.addProduct(BEFORE, product.added());
        float[] found = floats(tile, elements);
        product.requireWithinTolerance(Arrays.copyOfRange(found, BEFORE, elements), "seed " + seed);
        assertArrayEquals(
            Arrays.copyOf(held, BEFORE), Arrays.copyOf(found, BEFORE), "seed " + seed);
      }
    }
  }

  private static void put(Tile tile, float[] values) {
    var all = new BlockSpans();
    all.whole(values.length * Float.BYTES);
    ByteBuffer room = tile.room(all, 0, 1, RandomProduct.bytes(values));
    room.put(RandomProduct.bytes(values)).flip();
    tile.spread(room, all, 0, 1);
  }

  private static float[] floats(Tile tile, int elements) {
    var all = new BlockSpans();
    all.whole(elements * Float.BYTES);
    ByteBuffer spare = ByteBuffer.allocateDirect(elements * Float.BYTES);
    return RandomProduct.floats(tile.gather(all, 0, 1, spare));
  }
}

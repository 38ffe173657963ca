package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Every half and bfloat16, and patterns of the wider types from subnormal to NaN, cast to every
 * type with something and nothing added: the same bytes and the same losses.
 */
class CastsAgreeTest extends OnEveryDevice {
  private static final int VALUES = 1 << 16;
  private static final List<DType> TYPES =
      List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16);
  private static final double[] SHIFTS = {0, 1, -0.5, 1e-3};

  @Override
  void agree(IntFunction<Supplier<TensorBackend>> backends) {
    for (DType from : TYPES) {
      for (boolean finite : new boolean[] {false, true}) {
        ByteBuffer values = values(from, finite);
        for (DType to : TYPES) {
          for (double shift : SHIFTS) {
            String where = from + " to " + to + " + " + shift;
            try (var expected = new JvmBackend(8 * VALUES);
                var found = backends.apply(8 * VALUES).get()) {
              assertEquals(
                  cast(expected, values, from, shift, to),
                  cast(found, values, from, shift, to),
                  where);
              assertEquals(expected.losses(), found.losses(), where);
            }
          }
        }
      }
    }
  }

  private static ByteBuffer cast(
      TensorBackend backend, ByteBuffer values, DType from, double shift, DType to) {
    Tile tile = backend.tile();
    ByteBuffer spare = ByteBuffer.allocateDirect(backend.tileBytes());
    var whole = new BlockSpans();
    tile.hold(from, VALUES);
    whole.whole(VALUES * from.byteSize());
    tile.spread(tile.room(whole, 0, 1, spare).put(values.duplicate()).flip(), whole, 0, 1);
    whole.whole(VALUES * to.byteSize());
    return tile.as(to, shift).gather(whole, 0, 1, spare).duplicate();
  }

  private static ByteBuffer values(DType dtype, boolean finite) {
    var random = new Random(dtype.ordinal());
    var values = ByteBuffer.allocate(VALUES * dtype.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < VALUES; i++) {
      switch (dtype) {
        case FLOAT64 -> values.putDouble(wide(random, finite ? 1e300 : Double.NaN));
        case FLOAT32 -> values.putFloat((float) wide(random, finite ? 1e30 : Double.NaN));
        default -> values.putShort((short) (finite && exponent(i, dtype) ? 0 : i));
      }
    }
    return values.flip();
  }

  /** Whether it is infinite or NaN. */
  private static boolean exponent(int half, DType dtype) {
    int infinity = dtype == DType.FLOAT16 ? 0x7c00 : 0x7f80;
    return (half & infinity) == infinity;
  }

  /**
   * At most so much: any pattern, a value of a half's or bfloat16's range, or one beside the middle
   * of two.
   */
  private static double wide(Random random, double most) {
    double value =
        switch (random.nextInt(4)) {
          case 0 -> Double.longBitsToDouble(random.nextLong());
          case 1 -> Float.intBitsToFloat(random.nextInt());
          case 2 -> (random.nextDouble() - 0.5) * Math.pow(2, random.nextInt(60) - 40);
          default -> Float.intBitsToFloat(random.nextInt() & 0xffffe000 | random.nextInt(3) << 12);
        };
    return most == most && !(Math.abs(value) < most) ? most : value;
  }
}

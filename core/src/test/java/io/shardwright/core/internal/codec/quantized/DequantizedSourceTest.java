package io.shardwright.core.internal.codec.quantized;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.quantized.DequantizedSource.Rounding;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Codes times scales, whatever range is asked for. */
class DequantizedSourceTest {
  private static final double[] MAGNITUDES = {0, 0.5, 1, 1.5, 2, 3, 4, 6};

  private static byte[] all(DequantizedSource source) {
    var bytes = ByteBuffer.allocate((int) source.size());
    source.readFully(bytes, 0);
    return bytes.array();
  }

  private static MemorySource memory(byte... bytes) {
    return new MemorySource(bytes, "memory");
  }

  private static byte[] codes(int rows) {
    var codes = new byte[rows * 256];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) i;
    }
    return codes;
  }

  private static double e5m2(int code) {
    int exponent = code >> 2 & 31;
    double fraction = (code & 3) / 4.0;
    double size =
        exponent == 31
            ? fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN
            : exponent == 0 ? fraction * 0x1p-14 : (1 + fraction) * Math.pow(2, exponent - 15);
    return code < 128 ? size : -size;
  }

  private static double e4m3(int code) {
    int exponent = code >> 3 & 15;
    double fraction = (code & 7) / 8.0;
    double size =
        (code & 127) == 127
            ? Double.NaN
            : exponent == 0 ? fraction * 0x1p-6 : (1 + fraction) * Math.pow(2, exponent - 7);
    return code < 128 ? size : -size;
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT8_E4M3FN", "FLOAT8_E5M2"})
  void everyCodeTimesManyScalesIsTheProduct(DType type) {
    float[] scales = {1, 0x1p-9f, 0.1f, 3.4e38f, 1e-38f, 1e-45f, -2.5f, 0, 1e-40f, 7.77e-5f};
    var stored = ByteBuffer.allocate(scales.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    stored.asFloatBuffer().put(scales);
    var values =
        new Fp8Blocks(
            memory(codes(scales.length)),
            type,
            memory(stored.array()),
            DType.FLOAT32,
            1,
            scales.length,
            256,
            1,
            256);
    var found = ByteBuffer.wrap(all(new DequantizedSource(values, DType.FLOAT32, "w", "t")));
    found.order(ByteOrder.LITTLE_ENDIAN);
    for (float scale : scales) {
      for (int code = 0; code < 256; code++) {
        double number = type == DType.FLOAT8_E5M2 ? e5m2(code) : e4m3(code);
        assertEquals((float) (number * scale), found.getFloat(), code + " × " + scale);
      }
    }
  }

  @Test
  void everyPairOfNibblesTimesEveryScaleIsTheProduct() {
    var codes = new byte[256 * 256];
    var scales = new byte[256 * 16];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) i;
      scales[i / 16] = (byte) (i / 256);
    }
    var values = new Mxfp4Groups(memory(codes), memory(scales), 2L * codes.length);
    var found = ByteBuffer.wrap(all(new DequantizedSource(values, DType.BFLOAT16, "w", "t")));
    found.order(ByteOrder.LITTLE_ENDIAN);
    for (int scale = 0; scale < 256; scale++) {
      for (int i = 0; i < 512; i++) {
        int nibble = i % 2 == 0 ? i / 2 % 16 : i / 2 / 16;
        double number = (nibble < 8 ? 1 : -1) * MAGNITUDES[nibble % 8];
        float power = scale == 255 ? Float.POSITIVE_INFINITY : (float) Math.pow(2, scale - 127);
        float expected = (float) (number * power);
        float value = Float.intBitsToFloat(found.getShort() << 16);
        assertEquals(expected, value, nibble + " × 2^" + (scale - 127));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  @Tag("sampled")
  void anyRangeIsThatOfTheWhole(long seed) {
    var random = new Random(seed);
    DType type = random.nextBoolean() ? DType.BFLOAT16 : DType.FLOAT32;
    var source = new DequantizedSource(random(random), type, "w", "t");
    byte[] whole = all(source);
    for (int i = 0; i < 50; i++) {
      int from = random.nextInt(whole.length);
      int to = from + 1 + random.nextInt(Math.min(40_000, whole.length - from));
      var range = ByteBuffer.allocate(to - from);
      source.readFully(range, from);
      String where = "seed " + seed + ": " + from + " to " + to;
      assertArrayEquals(Arrays.copyOfRange(whole, from, to), range.array(), where);
    }
  }

  private static QuantizedValues random(Random random) {
    if (random.nextBoolean()) {
      var codes = new byte[16 * (600 + random.nextInt(900))];
      var scales = new byte[codes.length / 16];
      random.nextBytes(codes);
      random.nextBytes(scales);
      return new Mxfp4Groups(memory(codes), memory(scales), 2L * codes.length);
    }
    int matrices = 1 + random.nextInt(3);
    int rows = 1 + random.nextInt(90);
    int columns = 1 + random.nextInt(300);
    int blockRows = 1 + random.nextInt(40);
    int blockColumns = 1 + random.nextInt(130);
    var codes = new byte[matrices * rows * columns];
    long blocks = Fp8Blocks.blocks(rows, blockRows) * Fp8Blocks.blocks(columns, blockColumns);
    var scales = new byte[(int) (matrices * blocks * 2)];
    random.nextBytes(codes);
    random.nextBytes(scales);
    return new Fp8Blocks(
        memory(codes),
        DType.FLOAT8_E4M3FN,
        memory(scales),
        DType.BFLOAT16,
        matrices,
        rows,
        columns,
        blockRows,
        blockColumns);
  }

  @Test
  void tellsWhetherSomethingWasRounded() {
    var codes = new byte[] {0x38, 0x39};
    var one = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 0.5f).array();
    var odd = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 0.1f).array();
    assertEquals(Rounding.EXACT, rounding(codes, one));
    assertEquals(Rounding.ROUNDED, rounding(codes, odd));
    var unread =
        new Fp8Blocks(memory(), DType.FLOAT8_E4M3FN, memory(), DType.FLOAT32, 1, 0, 1, 1, 1);
    assertEquals(
        Rounding.UNKNOWN, new DequantizedSource(unread, DType.BFLOAT16, "w", "t").rounding());
  }

  private static Rounding rounding(byte[] codes, byte[] scale) {
    var values =
        new Fp8Blocks(
            memory(codes), DType.FLOAT8_E4M3FN, memory(scale), DType.FLOAT32, 1, 1, 2, 1, 2);
    var source = new DequantizedSource(values, DType.BFLOAT16, "w", "t");
    all(source);
    return source.rounding();
  }
}

package io.shardwright.engine;

import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A model whose matrices are FP8 with a scale per block, and the same with plain values. */
final class QuantizedFolder {
  static final int BLOCK_ROWS = 12;
  static final int BLOCK_COLUMNS = 20;

  private final Random random;
  private final HeldTensors quantized;
  private final HeldTensors plain;
  private final DType scaleType;

  /**
   * Makes both of a model whose weights are of no concern.
   *
   * @param source given codes, the plain model is another folder
   */
  QuantizedFolder(Path source, Path same, DType type, DType scaleType, long seed)
      throws IOException {
    random = new Random(seed);
    this.scaleType = scaleType;
    quantized = HeldTensors.of(source.resolve(ModelFolders.WEIGHTS));
    plain = HeldTensors.of(source.resolve(ModelFolders.WEIGHTS));
    for (String name : quantized.names()) {
      add(name, quantized.spec(name).shape(), name.contains("_proj.weight"), type);
    }
    Files.createDirectories(same);
    Path config = source.resolve(ModelFolders.CONFIG);
    String text = Files.readString(config);
    Files.writeString(same.resolve(ModelFolders.CONFIG), text);
    Files.writeString(
        config,
        text.replaceFirst(
            "\\{",
            "{\"quantization_config\": {\"quant_method\": \"fp8\", \"fmt\": \"e4m3\","
                + " \"activation_scheme\": \"dynamic\", \"weight_block_size\": ["
                + BLOCK_ROWS
                + ", "
                + BLOCK_COLUMNS
                + "]},"));
    quantized.write(source.resolve(ModelFolders.WEIGHTS));
    plain.write(same.resolve(ModelFolders.WEIGHTS));
  }

  private void add(String name, Shape shape, boolean matrix, DType type) {
    var values = bytes(shape.elements() * type.byteSize());
    if (!matrix) {
      for (long i = 0; i < shape.elements(); i++) {
        put(values, random.nextInt(64) / 64f, type);
      }
      quantized.add(new TensorSpec(name, type, shape), values.array());
      plain.add(new TensorSpec(name, type, shape), values.array());
      return;
    }
    long rows = shape.dim(0);
    long columns = shape.dim(1);
    long across = (columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    Shape grid = Shape.of((rows + BLOCK_ROWS - 1) / BLOCK_ROWS, across);
    var codes = new byte[(int) shape.elements()];
    random.nextBytes(codes);
    float[] scales = new float[(int) grid.elements()];
    var stored = bytes(grid.elements() * scaleType.byteSize());
    for (int i = 0; i < scales.length; i++) {
      scales[i] = scale(stored);
    }
    for (int i = 0; i < codes.length; i++) {
      float scale = scales[(int) (i / columns / BLOCK_ROWS * across + i % columns / BLOCK_COLUMNS)];
      put(values, (float) number(codes[i] & 0xff) * scale, type);
    }
    quantized.add(new TensorSpec(name, DType.FLOAT8_E4M3FN, shape), codes);
    quantized.add(new TensorSpec(name + "_scale_inv", scaleType, grid), stored.array());
    plain.add(new TensorSpec(name, type, shape), values.array());
  }

  private float scale(ByteBuffer stored) {
    if (scaleType == DType.FLOAT32) {
      float scale = (1 + random.nextFloat()) * 0x1p-9f;
      stored.putFloat(scale);
      return scale;
    }
    int exponent = 100 + random.nextInt(30);
    stored.put((byte) exponent);
    return Math.scalb(1f, exponent - 127);
  }

  private static ByteBuffer bytes(long size) {
    return ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The value of a code of float8_e4m3fn, by its definition. */
  static double number(int code) {
    int exponent = code >> 3 & 15;
    int fraction = code & 7;
    if (exponent == 15 && fraction == 7) {
      return Double.NaN;
    }
    double size =
        exponent == 0 ? fraction / 8.0 * 0x1p-6 : (1 + fraction / 8.0) * Math.pow(2, exponent - 7);
    return code < 128 ? size : -size;
  }

  private static void put(ByteBuffer into, float value, DType type) {
    if (type == DType.FLOAT32) {
      into.putInt(Float.floatToIntBits(value));
    } else {
      into.putShort(brain(value));
    }
  }

  /** The nearest bfloat16, of two as near the even one, found by comparing with both neighbours. */
  static short brain(float value) {
    if (value != value) {
      return (short) 0x7fc0;
    }
    int low = Float.floatToRawIntBits(value) >>> 16;
    if (Float.intBitsToFloat(low << 16) == value || Float.isInfinite(value)) {
      return (short) low;
    }
    int high = low + 1;
    BigDecimal exact = new BigDecimal(value);
    boolean overflow = (high & 0x7fff) == 0x7f80;
    BigDecimal above =
        overflow
            ? new BigDecimal(0x1p128).multiply(BigDecimal.valueOf(value < 0 ? -1 : 1))
            : new BigDecimal(Float.intBitsToFloat(high << 16));
    int nearer =
        exact
            .subtract(new BigDecimal(Float.intBitsToFloat(low << 16)))
            .abs()
            .compareTo(above.subtract(exact).abs());
    return (short) (nearer < 0 || nearer == 0 && low % 2 == 0 ? low : high);
  }
}

package io.shardwright.core.internal.codec.quantized;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Matrices of FP8 with a scale per block; the last blocks may be cut off.
 *
 * @param codes a byte each, row-major
 * @param scales of {@code scaleType}, row-major
 * @param rows of each matrix
 * @param columns of each matrix
 */
public record Fp8Blocks(
    ByteSource codes,
    DType codeType,
    ByteSource scales,
    DType scaleType,
    long matrices,
    long rows,
    long columns,
    long blockRows,
    long blockColumns)
    implements QuantizedValues {

  @Override
  public long count() {
    return Math.multiplyExact(Math.multiplyExact(matrices, rows), columns);
  }

  @Override
  public boolean read(long first, float[] values, int count) {
    byte[] found = bytes(codes, first, count);
    float[] numbers = Float8.of(codeType).values();
    var held = new Scales();
    boolean exact = true;
    for (int at = 0; at < count; ) {
      long column = (first + at) % columns;
      int end = (int) Math.min(count, at + columns - column);
      held.moveTo((first + at) / columns, column, column + end - at);
      while (at < end) {
        int block = (int) Math.min(end, at + blockColumns - column % blockColumns);
        exact &= multiply(found, at, block, numbers, held.at(column / blockColumns), values);
        column += block - at;
        at = block;
      }
    }
    return exact;
  }

  private static boolean multiply(
      byte[] codes, int from, int to, float[] numbers, float scale, float[] values) {
    boolean exact = true;
    for (int i = from; i < to; i++) {
      float number = numbers[codes[i] & 0xff];
      values[i] = number * scale;
      exact &= values[i] == (double) number * scale | values[i] != values[i];
    }
    return exact;
  }

  private static byte[] bytes(ByteSource source, long offset, int count) {
    var bytes = new byte[count];
    source.readFully(ByteBuffer.wrap(bytes), offset);
    return bytes;
  }

  /** The scales of a part of one row of blocks. */
  private final class Scales {
    private long row = -1;
    private long from;
    private float[] held = {};

    void moveTo(long matrixRow, long column, long end) {
      long wanted = matrixRow / rows * blocks(rows, blockRows) + matrixRow % rows / blockRows;
      long first = column / blockColumns;
      int count = (int) ((end - 1) / blockColumns - first + 1);
      if (wanted != row || first < from || first + count > from + held.length) {
        row = wanted;
        from = first;
        held = read(wanted * blocks(columns, blockColumns) + first, count);
      }
    }

    float at(long block) {
      return held[(int) (block - from)];
    }

    private float[] read(long first, int count) {
      int size = scaleType.byteSize();
      var found =
          ByteBuffer.wrap(bytes(scales, first * size, count * size)).order(ByteOrder.LITTLE_ENDIAN);
      var values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] =
            switch (scaleType) {
              case FLOAT32 -> found.getFloat();
              case BFLOAT16 -> Float.intBitsToFloat(found.getShort() << 16);
              default -> Float8.of(scaleType).values()[found.get() & 0xff];
            };
      }
      return values;
    }
  }

  /** How many blocks an axis has. */
  public static long blocks(long length, long block) {
    return length / block + (length % block == 0 ? 0 : 1);
  }
}

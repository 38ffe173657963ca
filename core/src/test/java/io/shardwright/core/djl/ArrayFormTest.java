package io.shardwright.core.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.DataType;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a host's DJL gets to see of each type. */
class ArrayFormTest {
  /** As {@code CarrierTest} has them; DJL 0.36.0 ends the process for any other. */
  private static final Set<DataType> KNOWN =
      EnumSet.of(
          DataType.FLOAT32,
          DataType.FLOAT64,
          DataType.FLOAT16,
          DataType.UINT8,
          DataType.INT32,
          DataType.INT8,
          DataType.INT64,
          DataType.BOOLEAN);

  private static final Map<DType, DataType> WIDENED =
      Map.of(
          DType.BFLOAT16,
          DataType.FLOAT32,
          DType.INT16,
          DataType.INT32,
          DType.UINT16,
          DataType.INT32,
          DType.UINT32,
          DataType.INT64,
          DType.BOOL,
          DataType.BOOLEAN,
          DType.COMPLEX32,
          DataType.FLOAT16,
          DType.COMPLEX64,
          DataType.FLOAT32,
          DType.COMPLEX128,
          DataType.FLOAT64);

  static boolean hasValues(DType dtype) {
    return dtype != DType.UINT64 && !dtype.isFloat8();
  }

  private static List<ArrayForm> forms(DType dtype) {
    return hasValues(dtype)
        ? List.of(ArrayForm.values(dtype), ArrayForm.bits(dtype))
        : List.of(ArrayForm.bits(dtype));
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyTypeIsShownAsOneThatIsKnown(DType dtype) {
    for (ArrayForm form : forms(dtype)) {
      assertTrue(KNOWN.contains(form.type()), dtype + " would be " + form);
      int size = dtype.byteSize();
      assertEquals(form.bytes(size), form.parts() * form.type().getNumOfBytes(), form.toString());
    }
    assertEquals(dtype.byteSize(), ArrayForm.bits(dtype).bytes(dtype.byteSize()));
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void valuesKeepTheirTypeWhereDjlHasIt(DType dtype) {
    if (!hasValues(dtype)) {
      var refusal =
          assertThrows(UnsupportedCheckpointException.class, () -> ArrayForm.values(dtype));
      assertTrue(refusal.getMessage().contains("use bits()"), refusal.getMessage());
      return;
    }
    DataType found = ArrayForm.values(dtype).type();
    DataType expected = WIDENED.get(dtype);
    assertEquals(expected == null ? DataType.valueOf(dtype.name()) : expected, found);
  }

  @Test
  void everyBfloat16IsWidenedExactly() {
    ByteBuffer all = little(1 << 17);
    for (int bits = 0; bits < 1 << 16; bits++) {
      all.putShort((short) bits);
    }
    ByteBuffer floats = converted(DType.BFLOAT16, all.flip());
    for (int bits = 0; bits < 1 << 16; bits++) {
      assertEquals(bits << 16, floats.getInt(), Integer.toHexString(bits));
    }
  }

  @Test
  void everyInt16KeepsItsSign() {
    ByteBuffer all = little(1 << 17);
    for (int value = Short.MIN_VALUE; value <= Short.MAX_VALUE; value++) {
      all.putShort((short) value);
    }
    ByteBuffer ints = converted(DType.INT16, all.flip());
    for (int value = Short.MIN_VALUE; value <= Short.MAX_VALUE; value++) {
      assertEquals(value, ints.getInt());
    }
  }

  @Test
  void unsignedIntegersKeepTheirValues() {
    ByteBuffer shorts = little(1 << 17);
    for (int value = 0; value < 1 << 16; value++) {
      shorts.putShort((short) value);
    }
    ByteBuffer found = converted(DType.UINT16, shorts.flip());
    for (int value = 0; value < 1 << 16; value++) {
      assertEquals(value, found.getInt());
    }
    ByteBuffer ints = little(8).putInt(-1).putInt(Integer.MAX_VALUE).flip();
    ByteBuffer longs = converted(DType.UINT32, ints);
    assertEquals(0xffff_ffffL, longs.getLong());
    assertEquals(Integer.MAX_VALUE, longs.getLong());
  }

  @Test
  void everyByteOfABoolButZeroIsTrue() {
    byte[] given = {0, 1, 2, -1, 0, -128};
    ByteBuffer found = converted(DType.BOOL, ByteBuffer.wrap(given));
    byte[] bytes = new byte[given.length];
    found.get(bytes);
    assertArrayEquals(new byte[] {0, 1, 1, 1, 0, 1}, bytes);
  }

  @Test
  void complexNumbersHaveOneMoreAxis() {
    var form = ArrayForm.values(DType.COMPLEX64);
    assertEquals(new ai.djl.ndarray.types.Shape(3, 4, 2), form.shape(Shape.of(3, 4)));
    assertEquals(24, form.elements(Shape.of(3, 4)));
    var carried = ArrayForm.bits(DType.COMPLEX64);
    assertEquals(new ai.djl.ndarray.types.Shape(3, 4), carried.shape(Shape.of(3, 4)));
    assertEquals(
        new ai.djl.ndarray.types.Shape(2), ArrayForm.bits(DType.COMPLEX128).shape(Shape.of()));
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void bitsAreNeverChanged(DType dtype) {
    var tensor = MemoryTensor.of(dtype, new Random(dtype.ordinal()));
    ByteBuffer carried = ByteBuffer.allocate(tensor.content().length);
    ArrayForm.bits(dtype).convert(tensor.little(), carried);
    assertArrayEquals(tensor.content(), carried.array());
  }

  private static ByteBuffer converted(DType dtype, ByteBuffer from) {
    var form = ArrayForm.values(dtype);
    ByteBuffer to = little(form.bytes(from.remaining()));
    form.convert(from, to);
    return to.flip();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

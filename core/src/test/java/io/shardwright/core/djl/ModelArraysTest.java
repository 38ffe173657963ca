package io.shardwright.core.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.shardwright.core.ModelTensor;
import io.shardwright.core.internal.execute.djl.Torch;
import io.shardwright.spi.error.DeviceException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tensors in PyTorch's memory, on the processor. */
@Tag("natives")
class ModelArraysTest {
  private static final int ROUNDS = 20;

  NDManager manager() {
    return Torch.manager();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void holdTheTensorsValuesAndItsBits(DType dtype) {
    try (NDManager manager = manager()) {
      var arrays = new ModelArrays(manager);
      for (long seed = 0; seed < ROUNDS; seed++) {
        var tensor = MemoryTensor.of(dtype, new Random(seed));
        if (ArrayFormTest.hasValues(dtype)) {
          same(tensor, ArrayForm.values(dtype), arrays.values(tensor), "values, seed " + seed);
        }
        same(tensor, ArrayForm.bits(dtype), arrays.bits(tensor), "bits, seed " + seed);
      }
    }
  }

  private static void same(MemoryTensor tensor, ArrayForm form, NDArray array, String where) {
    assertEquals(form.type(), array.getDataType(), where);
    assertEquals(form.shape(tensor.spec().shape()), array.getShape(), where);
    assertEquals(tensor.spec().name(), array.getName(), where);
    ByteBuffer expected = ByteBuffer.allocate(form.bytes(tensor.content().length));
    form.convert(tensor.little(), expected.order(ByteOrder.LITTLE_ENDIAN));
    byte[] found = new byte[expected.capacity()];
    array.toByteBuffer().get(found);
    assertArrayEquals(expected.array(), found, where);
  }

  /** What DJL calculates with. */
  @Test
  void bfloat16IsANumberAndNoPattern() {
    var spec = new TensorSpec("norm", DType.BFLOAT16, Shape.of(3));
    byte[] content = {(byte) 0x80, 0x3f, 0x49, 0x40, 0, (byte) 0xc0};
    try (NDManager manager = manager()) {
      var norm = new ModelArrays(manager).values(new MemoryTensor(spec, content, 2));
      assertArrayEquals(new float[] {1, 3.140625f, -2}, norm.toFloatArray());
      assertEquals(2.140625f, norm.sum().getFloat());
    }
  }

  @Test
  void aListHasTheNamesInTheirOrder() {
    try (NDManager manager = manager()) {
      var tensors =
          Stream.of(DType.values())
              .filter(ArrayFormTest::hasValues)
              .<ModelTensor>map(d -> MemoryTensor.of(d, new Random(1)))
              .toList();
      NDList list = new ModelArrays(manager).values(tensors);
      var names = tensors.stream().map(tensor -> tensor.spec().name()).toList();
      assertEquals(names, list.stream().map(NDArray::getName).toList());
      assertEquals(DataType.FLOAT32, list.get("a.BFLOAT16").getDataType());
      assertEquals(names.size(), new ModelArrays(manager).bits(tensors).size());
    }
  }

  @Test
  void belongToTheManagerAndNothingElseDoes() {
    try (NDManager manager = manager()) {
      var array = new ModelArrays(manager).values(MemoryTensor.of(DType.INT16, new Random(3)));
      assertSame(manager, array.getManager());
      assertEquals(List.of(array), manager.getManagedArrays());
    }
  }

  @Test
  void nothingIsLeftWhereReadingFails() {
    var broken = new FailingTensor(new TensorSpec("broken", DType.BFLOAT16, Shape.of(4)));
    var whole = MemoryTensor.of(DType.BFLOAT16, new Random(4));
    try (NDManager manager = manager()) {
      var arrays = new ModelArrays(manager);
      assertThrows(IllegalStateException.class, () -> arrays.values(List.of(whole, broken)));
      assertEquals(List.of(), manager.getManagedArrays());
    }
  }

  @Test
  void whatNoMemoryHoldsIsAnErrorAndNoCrash() {
    var huge = new FailingTensor(new TensorSpec("huge", DType.BFLOAT16, Shape.of(1L << 58)));
    try (NDManager manager = manager()) {
      var arrays = new ModelArrays(manager);
      var refusal = assertThrows(DeviceException.class, () -> arrays.values(huge));
      assertEquals(ErrorCode.DEVICE_FULL, refusal.code(), refusal.getMessage());
      assertEquals(List.of(), manager.getManagedArrays());
    }
  }

  /** Gives a block and then fails. */
  private record FailingTensor(TensorSpec spec) implements ModelTensor {
    @Override
    public void read(Consumer<ByteBuffer> each) {
      each.accept(ByteBuffer.allocate(4));
      throw new IllegalStateException("gone");
    }

    @Override
    public void read(long first, ByteBuffer target) {
      throw new IllegalStateException("gone");
    }

    @Override
    public ByteBuffer bytes() {
      throw new IllegalStateException("gone");
    }
  }
}

package io.shardwright.core.djl;

import io.shardwright.core.ModelTensor;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.function.Consumer;

/** Random bits, given in blocks that end and begin anywhere between elements. */
record MemoryTensor(TensorSpec spec, byte[] content, int block) implements ModelTensor {
  static MemoryTensor of(DType dtype, Random random) {
    var shape = new long[random.nextInt(4)];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(6);
    }
    var spec = new TensorSpec("a." + dtype, dtype, Shape.of(shape));
    byte[] content = new byte[(int) spec.byteSize()];
    random.nextBytes(content);
    return new MemoryTensor(spec, content, dtype.byteSize() * (1 + random.nextInt(20)));
  }

  ByteBuffer little() {
    return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void read(Consumer<ByteBuffer> each) {
    ByteBuffer reused = ByteBuffer.allocateDirect(3 + block).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < content.length; at += block) {
      reused.clear().position(3);
      reused.put(content, at, Math.min(block, content.length - at)).flip().position(3);
      each.accept(reused);
    }
  }

  @Override
  public void read(long first, ByteBuffer target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ByteBuffer bytes() {
    return little();
  }
}

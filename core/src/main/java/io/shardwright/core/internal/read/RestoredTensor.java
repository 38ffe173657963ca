package io.shardwright.core.internal.read;

import io.shardwright.core.ModelTensor;
import io.shardwright.core.internal.execute.TensorBlocks;
import io.shardwright.core.internal.plan.CanonicalTensor;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.Consumer;

/** A logical tensor of an open checkpoint. */
record RestoredTensor(CanonicalTensor tensor, SameValues again, BufferPool buffers)
    implements ModelTensor {
  @Override
  public TensorSpec spec() {
    return tensor.spec();
  }

  private TensorSpec whole() {
    return new TensorSpec(spec().name(), spec().dtype(), tensor.factors());
  }

  @Override
  public void read(Consumer<ByteBuffer> each) {
    again.require(tensor, buffers);
    buffers.use(
        blocks ->
            blocks.read(
                whole(),
                tensor.parts(),
                tensor.shift(),
                block -> each.accept(block.order(ByteOrder.LITTLE_ENDIAN))));
  }

  @Override
  public void read(long first, ByteBuffer target) {
    int size = spec().dtype().byteSize();
    if (target.remaining() % size != 0) {
      throw new IllegalArgumentException(
          target.remaining() + " bytes are no whole number of elements of " + size);
    }
    long count = target.remaining() / size;
    Objects.checkFromIndexSize(first, count, spec().shape().elements());
    again.require(tensor, buffers);
    buffers.use(
        blocks -> {
          TensorBlocks.Cursor cursor = blocks.open(whole(), tensor.parts(), tensor.shift());
          for (long at = first; at < first + count; at += cursor.most()) {
            target.put(cursor.read(at, Math.min(first + count, at + cursor.most())));
          }
        });
  }

  @Override
  public ByteBuffer bytes() {
    long size = spec().byteSize();
    if (size > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          "'" + spec().name() + "' has " + size + " bytes, over 2 GiB: read it by blocks");
    }
    ByteBuffer all = ByteBuffer.allocateDirect((int) size);
    read(all::put);
    return all.flip().order(ByteOrder.LITTLE_ENDIAN);
  }
}

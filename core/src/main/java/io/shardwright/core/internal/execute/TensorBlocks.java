package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep.From;
import io.shardwright.spi.tensor.Region;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** A tensor's elements in row-major order and little-endian bytes, block by block. */
public final class TensorBlocks {
  private static final int BLOCK = 1 << 20;

  private final Slab slab = new Slab(BLOCK);

  /**
   * Reads a tensor from front to back.
   *
   * @param each given blocks that are valid until it returns
   */
  public void read(SourceTensor tensor, Consumer<ByteBuffer> each) {
    var shape = tensor.spec().shape();
    var view = new View(Region.whole(shape), tensor.start(), tensor.strides());
    var source = new From("", tensor, view);
    var views = new SourceViews(List.of(source), shape);
    int size = tensor.spec().dtype().byteSize();
    long step = BLOCK / size;
    for (long at = 0; at < shape.elements(); at += step) {
      long end = Math.min(shape.elements(), at + step);
      slab.moveTo(at, end, tensor.spec().dtype());
      views.each(slab::read);
      each.accept(slab.bytes((int) (end - at) * size));
    }
    views.requireIntact(slab.scratch());
  }
}

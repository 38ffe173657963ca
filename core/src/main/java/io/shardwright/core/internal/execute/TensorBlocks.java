package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** A tensor's elements in row-major order and little-endian bytes, block by block. */
public final class TensorBlocks {
  private final Slab slab = new Slab(new JvmBackend());

  /**
   * Reads a tensor from front to back.
   *
   * @param each given blocks that are valid until it returns
   */
  public void read(SourceTensor tensor, Consumer<ByteBuffer> each) {
    var view = new View(Region.whole(tensor.spec().shape()), tensor.start(), tensor.strides());
    read(tensor.spec(), List.of(new SourcePart("", tensor, view)), each);
  }

  /**
   * Reads a tensor that lies in several parts.
   *
   * @param parts that cover it
   * @param each given blocks that are valid until it returns
   */
  public void read(TensorSpec tensor, List<SourcePart> parts, Consumer<ByteBuffer> each) {
    var shape = tensor.shape();
    var views = new SourceViews(parts, shape);
    int size = tensor.dtype().byteSize();
    var storages = new StorageCrcs();
    var pass = views.pass();
    long step = slab.scratch().capacity() / size;
    for (long at = 0; at < shape.elements(); at += step) {
      long end = Math.min(shape.elements(), at + step);
      slab.moveTo(at, end, tensor.dtype());
      pass.each(slab::read);
      each.accept(slab.bytes((int) (end - at) * size));
    }
    pass.end();
    views.tell(storages);
    storages.requireRest(slab.scratch());
  }
}

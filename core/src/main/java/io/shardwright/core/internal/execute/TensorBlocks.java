package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.CanonicalTensor;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads a tensor's elements block by block, in row-major order as little-endian bytes. For use by
 * one thread, for one tensor at a time.
 */
public final class TensorBlocks {
  private final Lane lane = new Lane(new JvmBackend());

  /**
   * Reads a tensor from front to back.
   *
   * @param each given blocks that are valid until it returns
   */
  public void read(SourceTensor tensor, Consumer<ByteBuffer> each) {
    var view = new View(Region.whole(tensor.spec().shape()), tensor.start(), tensor.strides());
    read(tensor.spec(), List.of(new SourcePart("", tensor, view)), 0, each);
  }

  /**
   * Reads a tensor that lies in several parts.
   *
   * @param parts that cover it
   * @param shift what is added to every element
   * @param each given blocks that are valid until it returns
   */
  public void read(
      TensorSpec tensor, List<SourcePart> parts, double shift, Consumer<ByteBuffer> each) {
    Cursor cursor = open(tensor, parts, shift);
    long elements = tensor.shape().elements();
    for (long at = 0; at < elements; at += cursor.most()) {
      each.accept(cursor.read(at, Math.min(elements, at + cursor.most())));
    }
    cursor.end();
  }

  /**
   * Reads a logical tensor from front to back.
   *
   * @param each given blocks that are valid until it returns
   */
  public void read(CanonicalTensor tensor, Consumer<ByteBuffer> each) {
    read(tensor.factored(), tensor.parts(), tensor.shift(), each);
  }

  private Cursor open(TensorSpec tensor, List<SourcePart> parts, double shift) {
    return new Cursor(tensor, parts, shift);
  }

  /** Opens a logical tensor to read ranges of it. */
  public Cursor open(CanonicalTensor tensor) {
    return open(tensor.factored(), tensor.parts(), tensor.shift());
  }

  /** Reads ranges of a tensor. */
  public final class Cursor {
    private final TensorSpec tensor;
    private final double shift;
    private final SourceViews views;
    private final SourceViews.Pass pass;

    private Cursor(TensorSpec tensor, List<SourcePart> parts, double shift) {
      this.tensor = tensor;
      this.shift = shift;
      views = new SourceViews(parts, tensor.shape());
      pass = views.pass();
    }

    /** How many elements can be read at once. */
    public int most() {
      return lane.tileBytes() / tensor.dtype().byteSize();
    }

    /**
     * Reads a range of elements.
     *
     * @return their bytes, valid until the next range is read
     */
    public ByteBuffer read(long from, long to) {
      lane.block().moveTo(from, to, tensor.dtype());
      pass.each(lane.block()::read);
      return lane.block().as(tensor.dtype(), shift).bytes();
    }

    /**
     * Ends after everything was read, and compares it with the checksums that the files state.
     *
     * @throws io.shardwright.spi.error.MalformedCheckpointException naming what is damaged
     */
    public void end() {
      pass.end();
      var storages = new StorageCrcs();
      views.tell(storages);
      storages.requireRest(lane.block().scratch());
    }
  }
}

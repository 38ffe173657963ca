package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.Crc32Combination;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.guard.TensorBounds;
import io.shardwright.core.internal.guard.WholeText;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.StoredTensor;
import io.shardwright.spi.format.StoredTensor.Order;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32;

/** Holds where a format says that a tensor lies against what is there. */
final class TensorPlace {
  /** No format has a longer header, and a longer one is not read for a checksum alone. */
  private static final int HEAD = 1 << 16;

  private TensorPlace() {}

  /**
   * The tensor as the engine sees it.
   *
   * @throws MalformedCheckpointException if it lies outside its bytes, or can't be
   */
  static SourceTensor of(StoredTensor stored, FileBytes from, Guard guard) {
    String name = stored.name();
    if (name.isEmpty() || !WholeText.is(name)) {
      throw malformed(from, "contains a tensor whose name can't be written");
    }
    TensorSpec spec = TensorBounds.require(name, stored.dtype(), stored.dims(), guard, from.name());
    long offset = stored.offset();
    if (offset < 0 || spec.byteSize() > from.size() - offset) {
      throw malformed(
          from,
          "has "
              + from.size()
              + " bytes, and '"
              + name
              + "' of shape "
              + spec.shape()
              + " needs "
              + spec.byteSize()
              + " from byte "
              + offset
              + " on: it is truncated or damaged");
    }
    return new SourceTensor(
        spec,
        from.source().get().slice(offset, spec.byteSize(), from.name()),
        0,
        strides(spec.shape(), stored.order()),
        stored.byteOrder() == ByteOrder.BIG_ENDIAN,
        crc(from, offset, spec.byteSize()));
  }

  private static MalformedCheckpointException malformed(FileBytes where, String problem) {
    return new MalformedCheckpointException(ErrorCode.TENSOR_MALFORMED, where.name(), problem);
  }

  private static List<Long> strides(Shape shape, Order order) {
    if (order == Order.ROW_MAJOR) {
      return shape.rowMajorStrides();
    }
    var turned = new ArrayList<>(shape.dims());
    Collections.reverse(turned);
    var strides = new ArrayList<>(new Shape(turned).rowMajorStrides());
    Collections.reverse(strides);
    return List.copyOf(strides);
  }

  /** The checksum of the values alone, where that of a short head and of all is known. */
  private static OptionalLong crc(FileBytes from, long offset, long bytes) {
    if (from.crc().isEmpty() || offset > HEAD || offset + bytes != from.size()) {
      return OptionalLong.empty();
    }
    var head = new CRC32();
    head.update(from.read(0, offset));
    return OptionalLong.of(Crc32Combination.of(head.getValue(), from.crc().getAsLong(), bytes));
  }
}

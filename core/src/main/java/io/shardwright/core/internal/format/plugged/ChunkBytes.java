package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.dcp.DcpFile;
import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpTensor;
import io.shardwright.core.internal.codec.torch.TorchTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.OptionalLong;

/**
 * A chunk's values. The item's own header is read once, when the first of them is: of a hundred
 * thousand items no plan needs the headers.
 */
final class ChunkBytes implements ByteSource {
  private final ByteSource file;
  private final DcpFile items;
  private final DcpTensor tensor;
  private final int chunk;
  private final long size;
  private ByteSource values;
  private OptionalLong crc = OptionalLong.empty();

  /** Reads nothing yet. */
  ChunkBytes(ByteSource file, DcpFile items, DcpTensor tensor, int chunk) {
    this.file = file;
    this.items = items;
    this.tensor = tensor;
    this.chunk = chunk;
    this.size =
        Math.multiplyExact(
            tensor.region(chunk).shape().elements(), (long) tensor.spec().dtype().byteSize());
  }

  private synchronized ByteSource values() {
    if (values == null) {
      DcpFile.Chunk item = items.chunk(tensor, chunk);
      TorchTensor stored = item.tensor();
      if (stored.bigEndian()) {
        throw new UnsupportedCheckpointException(
            ErrorCode.UNSUPPORTED,
            name(),
            "holds '" + tensor.spec().name() + "' in big-endian order: save it again");
      }
      long start = stored.storageOffset() * tensor.spec().dtype().byteSize();
      if (isDense(stored.spec().shape(), stored.strides())) {
        values = stored.storage().slice(start, size, name());
        crc = stored.storage().size() == size ? item.crc() : OptionalLong.empty();
      } else {
        values = turned(stored, start);
      }
    }
    return values;
  }

  private ByteSource turned(TorchTensor stored, long start) {
    ByteSource from =
        stored.storage().slice(start, Math.subtractExact(stored.storage().size(), start), name());
    int element = tensor.spec().dtype().byteSize();
    return new TurnedBytes(from, stored.spec().shape(), stored.strides(), element);
  }

  /** A stride along an axis of one element steps nowhere. */
  private static boolean isDense(Shape shape, List<Long> strides) {
    var dense = shape.rowMajorStrides();
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dim(axis) > 1 && !dense.get(axis).equals(strides.get(axis))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String name() {
    return file.name() + "!" + tensor.spec().name();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(ByteBuffer target, long position) {
    return values().read(target, position);
  }

  @Override
  public long transferTo(FileChannel target, long position, long bytes) throws IOException {
    return values().transferTo(target, position, bytes);
  }

  @Override
  public OptionalLong statedCrc() {
    values();
    return crc;
  }

  /** The item with its header: where the values begin in it is not known yet. */
  @Override
  public Origin origin() {
    DcpItem item = tensor.item(chunk);
    return new Origin(file, item.offset());
  }
}

package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;

/**
 * A tensor of a torch file: its type, shape and strides, and the storage that holds its values.
 *
 * @param strides elements between neighbours along each axis
 * @param storageOffset its first element within the storage
 * @param storage what its elements are read from; see {@link #isExpanded}
 * @param storageKey the storage's record, {@code data/<key>}
 * @param bigEndian whether the elements' bytes stand in big-endian order
 */
public record TorchTensor(
    TensorSpec spec,
    List<Long> strides,
    long storageOffset,
    ByteSource storage,
    String storageKey,
    boolean bigEndian) {

  /** Whether what it is read from is not the file's storage, but its own values, made of that. */
  public boolean isExpanded() {
    return storage instanceof ExpandedSource;
  }
}

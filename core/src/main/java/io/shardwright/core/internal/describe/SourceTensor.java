package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.OptionalLong;

/**
 * A stored tensor of the source, with the place of its bytes.
 *
 * @param storage the bytes of its storage
 * @param start first element, counted from the storage's start
 * @param strides elements between neighbours along each axis
 * @param bigEndian whether its elements must be swapped
 * @param storageCrc the CRC-32 that the file states for the whole storage; empty where it states
 *     none
 */
public record SourceTensor(
    TensorSpec spec,
    ByteSource storage,
    long start,
    List<Long> strides,
    boolean bigEndian,
    OptionalLong storageCrc)
    implements ContainedTensor {

  /** That of the record, else the one that the storage's own header states. */
  @Override
  public OptionalLong storageCrc() {
    return storageCrc.isPresent() ? storageCrc : storage.statedCrc();
  }

  /** The same under another name. */
  public SourceTensor as(String name) {
    var named = new TensorSpec(name, spec.dtype(), spec.shape());
    return new SourceTensor(named, storage, start, strides, bigEndian, storageCrc);
  }
}

package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.quantized.DequantizedSource;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;
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
 * @param pieces the stored tensors that its values are computed from; empty where they are stored
 */
public record SourceTensor(
    TensorSpec spec,
    ByteSource storage,
    long start,
    List<Long> strides,
    boolean bigEndian,
    OptionalLong storageCrc,
    List<SourceTensor> pieces)
    implements ContainedTensor {

  /** A tensor whose values are stored. */
  public SourceTensor(
      TensorSpec spec,
      ByteSource storage,
      long start,
      List<Long> strides,
      boolean bigEndian,
      OptionalLong storageCrc) {
    this(spec, storage, start, strides, bigEndian, storageCrc, List.of());
  }

  /** A tensor whose values are computed. */
  public static SourceTensor dequantized(
      TensorSpec spec, DequantizedSource values, List<Long> strides, List<SourceTensor> pieces) {
    return new SourceTensor(spec, values, 0, strides, false, OptionalLong.empty(), pieces);
  }

  /** The computation of its values; empty where they are stored. */
  public Optional<DequantizedSource> computed() {
    return storage instanceof DequantizedSource source ? Optional.of(source) : Optional.empty();
  }

  /** The same, whose values are of a type if they are computed. */
  SourceTensor computedAs(DType type) {
    var changed = new TensorSpec(spec.name(), type, spec.shape());
    return computed()
        .map(source -> dequantized(changed, source.as(type), strides, pieces))
        .orElse(this);
  }

  /** That of the record, else the one that the storage's own header states. */
  @Override
  public OptionalLong storageCrc() {
    return storageCrc.isPresent() ? storageCrc : storage.statedCrc();
  }

  /** The same under another name. */
  public SourceTensor as(String name) {
    var named = new TensorSpec(name, spec.dtype(), spec.shape());
    return new SourceTensor(named, storage, start, strides, bigEndian, storageCrc, pieces);
  }
}

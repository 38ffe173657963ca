package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.quantized.DequantizedSource;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.DenseTensor;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
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
 * @param rows where the model has its rows, if in another order than it is stored in; else empty
 */
public record SourceTensor(
    TensorSpec spec,
    ByteSource storage,
    long start,
    List<Long> strides,
    boolean bigEndian,
    OptionalLong storageCrc,
    List<SourceTensor> pieces,
    List<View> rows)
    implements DenseTensor {

  /** A tensor whose values are stored. */
  public SourceTensor(
      TensorSpec spec,
      ByteSource storage,
      long start,
      List<Long> strides,
      boolean bigEndian,
      OptionalLong storageCrc) {
    this(spec, storage, start, strides, bigEndian, storageCrc, List.of(), List.of());
  }

  /** A tensor whose values are computed. */
  public static SourceTensor dequantized(
      TensorSpec spec, DequantizedSource values, List<Long> strides, List<SourceTensor> pieces) {
    return new SourceTensor(
        spec, values, 0, strides, false, OptionalLong.empty(), pieces, List.of());
  }

  /** The computation of its values; empty where they are stored. */
  public Optional<DequantizedSource> computed() {
    return storage instanceof DequantizedSource source ? Optional.of(source) : Optional.empty();
  }

  /** The same, whose values are of a type if they are computed. */
  SourceTensor computedAs(DType type) {
    if (spec.dtype() == type) {
      return this;
    }
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
    return new SourceTensor(named, storage, start, strides, bigEndian, storageCrc, pieces, rows);
  }

  @Override
  public SourceTensor view(long first, List<Long> dims, List<Long> steps) {
    var shape = new Shape(dims);
    var box = new View(Region.whole(shape), first, List.copyOf(steps));
    boolean dense = strides.equals(spec.shape().rowMajorStrides()) && rows.isEmpty();
    if (!dense || first < 0 || box.last() >= spec.shape().elements()) {
      throw malformed("can't be seen as " + shape);
    }
    var own = new TensorSpec(spec.name(), spec.dtype(), shape);
    return new SourceTensor(own, storage, start + first, box.strides(), bigEndian, storageCrc);
  }

  @Override
  public SourceTensor reordered(List<Long> extents, List<Integer> order) {
    long count = extents.stream().reduce(1L, Math::multiplyExact);
    if (spec.shape().rank() == 0 || spec.shape().dim(0) != count) {
      throw malformed("does not have the " + count + " rows that its configuration states");
    }
    var found = new ArrayList<View>();
    collect(extents, order, 0, 0, found);
    return new SourceTensor(spec, storage, start, strides, bigEndian, storageCrc, pieces, found);
  }

  /**
   * Collects runs of rows, of which all factors but the innermost are fixed.
   *
   * @param row the first one, as it is stored
   */
  private void collect(
      List<Long> extents, List<Integer> order, int depth, long row, List<View> found) {
    int factor = order.get(depth);
    long step = extents.subList(factor + 1, extents.size()).stream().reduce(1L, (a, b) -> a * b);
    if (depth < order.size() - 1) {
      for (long index = 0; index < extents.get(factor); index++) {
        collect(extents, order, depth + 1, row + index * step, found);
      }
      return;
    }
    long run = extents.get(factor);
    var from = new ArrayList<Long>(spec.shape().dims());
    from.replaceAll(extent -> 0L);
    from.set(0, found.size() * run);
    var steps = new ArrayList<>(strides);
    steps.set(0, step * strides.get(0));
    var box = new Region(from, spec.shape().with(0, run));
    found.add(new View(box, start + row * strides.get(0), steps));
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED,
        spec.name(),
        "is " + spec.dtype().torchName() + " " + spec.shape() + " and " + problem);
  }
}

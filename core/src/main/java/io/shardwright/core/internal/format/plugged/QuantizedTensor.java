package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.codec.quantized.DequantizedSource;
import io.shardwright.core.internal.codec.quantized.Fp8Blocks;
import io.shardwright.core.internal.codec.quantized.Mxfp4Groups;
import io.shardwright.core.internal.codec.quantized.QuantizedValues;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.Quantized;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Checks that codes and scales fit each other, and makes the tensor of their values. */
final class QuantizedTensor {
  private static final Set<DType> CODES = Set.of(DType.FLOAT8_E4M3FN, DType.FLOAT8_E5M2);
  private static final Set<DType> SCALES =
      Set.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT8_E8M0FNU);

  private final String where;
  private final String name;
  private final Quantized stored;
  private final SourceTensor codes;
  private final SourceTensor scales;

  /**
   * Looks at nothing yet.
   *
   * @param where it lies, for messages
   */
  QuantizedTensor(String where, String name, Quantized stored) {
    this.where = where;
    this.name = name;
    this.stored = stored;
    this.codes = (SourceTensor) stored.codes();
    this.scales = (SourceTensor) stored.scales();
  }

  /**
   * The values as bfloat16.
   *
   * @throws MalformedCheckpointException if types or shapes don't fit each other
   */
  SourceTensor values() {
    requireDense(codes);
    requireDense(scales);
    return stored.scheme() instanceof Quantized.Fp8Blocks blocks ? fp8(blocks) : mxfp4();
  }

  private SourceTensor fp8(Quantized.Fp8Blocks block) {
    Shape shape = codes.spec().shape();
    int axes = shape.rank();
    requireType(codes, CODES);
    requireType(scales, SCALES);
    require(axes >= 2, codes, () -> "a matrix");
    long rows = shape.dim(axes - 2);
    long columns = shape.dim(axes - 1);
    Shape expected =
        shape
            .with(axes - 2, Fp8Blocks.blocks(rows, block.rows()))
            .with(axes - 1, Fp8Blocks.blocks(columns, block.columns()));
    require(
        scales.spec().shape().equals(expected),
        scales,
        () -> expected + ", a scale per block of " + block.rows() + " × " + block.columns());
    var values =
        new Fp8Blocks(
            codes.storage(),
            codes.spec().dtype(),
            scales.storage(),
            scales.spec().dtype(),
            rows * columns == 0 ? 0 : shape.elements() / (rows * columns),
            rows,
            columns,
            block.rows(),
            block.columns());
    return computed(values, shape, codes.strides());
  }

  private SourceTensor mxfp4() {
    Shape shape = codes.spec().shape();
    int axes = shape.rank();
    requireType(codes, Set.of(DType.UINT8));
    requireType(scales, Set.of(DType.UINT8));
    require(
        axes >= 3 && shape.dim(axes - 1) == Mxfp4Groups.GROUP / 2,
        codes,
        () -> "[…, rows, columns / 32, 16]");
    var groups = new Shape(shape.dims().subList(0, axes - 1));
    require(scales.spec().shape().equals(groups), scales, () -> groups + ", a scale for 32 values");
    var dims = new ArrayList<>(groups.dims());
    dims.set(axes - 2, Math.multiplyExact(dims.get(axes - 2), (long) Mxfp4Groups.GROUP));
    var whole = new Shape(dims);
    var values = new Mxfp4Groups(codes.storage(), scales.storage(), whole.elements());
    return computed(values, new Shape(exchanged(whole.dims())), exchanged(whole.rowMajorStrides()));
  }

  /** The last two axes stand the other way round. */
  private static List<Long> exchanged(List<Long> perAxis) {
    var changed = new ArrayList<>(perAxis);
    long last = changed.remove(changed.size() - 1);
    changed.add(changed.size() - 1, last);
    return changed;
  }

  private SourceTensor computed(QuantizedValues values, Shape shape, List<Long> strides) {
    var spec = new TensorSpec(name, DType.BFLOAT16, shape);
    return SourceTensor.dequantized(
        spec,
        new DequantizedSource(values, DType.BFLOAT16, where, name),
        strides,
        List.of(codes, scales));
  }

  private void requireType(SourceTensor tensor, Set<DType> types) {
    require(
        types.contains(tensor.spec().dtype()),
        tensor,
        () -> types.stream().map(DType::torchName).sorted().collect(Collectors.joining(" or ")));
  }

  private void requireDense(SourceTensor tensor) {
    boolean dense =
        tensor.start() == 0
            && tensor.strides().equals(tensor.spec().shape().rowMajorStrides())
            && (!tensor.bigEndian() || tensor.spec().dtype().byteSize() == 1);
    require(dense, tensor, () -> "its values row by row in a storage of its own");
  }

  private void require(boolean holds, SourceTensor tensor, Supplier<String> expected) {
    if (!holds) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED,
          where + "/" + name,
          "'"
              + tensor.spec().name()
              + "' is "
              + tensor.spec().dtype().torchName()
              + " "
              + tensor.spec().shape()
              + ", expected "
              + expected.get());
    }
  }
}

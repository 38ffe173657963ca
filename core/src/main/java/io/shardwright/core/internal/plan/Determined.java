package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tensor whose values follow from the configuration, for a target that has it and a source that
 * has not.
 *
 * @param values little-endian
 */
record Determined(TensorSpec spec, byte[] values) {
  private static final long MOST_BYTES = 1 << 24;

  /** Whether a row's values follow from the configuration. */
  static boolean is(ParameterRule row) {
    return row.traits().rotary() || row.traits().has(Flag.ZERO);
  }

  /**
   * A row's tensor.
   *
   * @param dtype of zeros
   */
  static Determined of(ParameterRule row, ModelConfig config, DType dtype) {
    if (row.traits().rotary()) {
      byte[] values = RotaryFrequencies.of(config);
      var shape = Shape.of(values.length / DType.FLOAT32.byteSize());
      return new Determined(new TensorSpec(row.canonical(), DType.FLOAT32, shape), values);
    }
    var spec = new TensorSpec(row.canonical(), dtype, shape(row, config));
    if (spec.byteSize() > MOST_BYTES) {
      throw config.unexpected(row.arrangement().sizes().get(0).formula(), "a smaller number");
    }
    return new Determined(spec, new byte[(int) spec.byteSize()]);
  }

  private static Shape shape(ParameterRule row, ModelConfig config) {
    List<Long> dims = new ArrayList<>();
    for (int axis = 0; row.arrangement().size(axis).isPresent(); axis++) {
      dims.add(row.arrangement().size(axis).get().in(config).orElse(0));
    }
    return new Shape(dims);
  }

  /** Why a tensor can't be left out that a target has no place for. */
  static Optional<String> problem(LogicalTensor tensor) {
    boolean lost =
        tensor.rule().traits().has(Flag.ZERO)
            && !tensor.parts().stream().allMatch(part -> isZero(part.tensor()));
    return lost
        ? Optional.of(
            "'" + tensor.id() + "' has values other than 0, and the target can't store it")
        : Optional.empty();
  }

  private static boolean isZero(SourceTensor tensor) {
    long size = Math.min(MOST_BYTES, tensor.spec().byteSize());
    var bytes = ByteBuffer.allocate((int) size);
    tensor.storage().readFully(bytes, tensor.start());
    bytes.flip();
    while (bytes.hasRemaining()) {
      if (bytes.get() != 0) {
        return false;
      }
    }
    return true;
  }
}

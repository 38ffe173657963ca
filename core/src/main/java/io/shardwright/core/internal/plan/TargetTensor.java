package io.shardwright.core.internal.plan;

import io.shardwright.spi.tensor.TensorSpec;

/**
 * A tensor to be written, dense and row-major, in a storage of its own.
 *
 * @param member the file that will hold it
 */
public record TargetTensor(String member, TensorSpec spec) {
  /** Names tell tensors apart. */
  @Override
  public int hashCode() {
    return 31 * member.hashCode() + spec.name().hashCode();
  }
}

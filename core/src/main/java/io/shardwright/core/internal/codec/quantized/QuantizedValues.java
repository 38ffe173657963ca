package io.shardwright.core.internal.codec.quantized;

/** The values of a quantized tensor in row-major order, any of which can be computed by itself. */
public interface QuantizedValues {
  /** How many there are. */
  long count();

  /**
   * Computes values as binary32.
   *
   * @param first the first one's number
   * @param values filled from its start
   * @param count how many
   * @return whether every finite product is what it is in real numbers
   */
  boolean read(long first, float[] values, int count);
}

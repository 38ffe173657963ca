package io.shardwright.core.outline;

import java.util.OptionalLong;

/**
 * What a run takes from its machine.
 *
 * @param threads that work at most
 * @param bufferBytes memory for tensor bytes, whatever the model's size; the program itself comes
 *     on top
 * @param deviceBytes a GPU's memory for them, at most: less is taken where less is free; 0 where
 *     none works
 * @param diskBytes size of the target, which is staged beside its final name
 * @param diskFreeBytes free on the target's disk when the plan was made; empty where that can't be
 *     told
 */
public record Needs(
    int threads, long bufferBytes, long deviceBytes, long diskBytes, OptionalLong diskFreeBytes) {
  /**
   * Whether the target fits.
   *
   * @return false only where it is known not to
   */
  public boolean fits() {
    return diskFreeBytes.isEmpty() || diskFreeBytes.getAsLong() >= diskBytes;
  }
}

package io.shardwright.core.outline;

import java.util.OptionalLong;

/**
 * The threads, memory and disk space that a run needs.
 *
 * @param threads largest number of threads that work
 * @param bufferBytes memory for values of tensors in bytes, independent of the model's size; the
 *     program's own memory comes on top
 * @param deviceBytes largest amount of a GPU's memory for values in bytes (less is used if less is
 *     free); 0 if no GPU is used
 * @param diskBytes size of the target in bytes, which is staged beside its final name
 * @param diskFreeBytes free bytes on the target's disk when the plan was made; empty if unknown
 */
public record Needs(
    int threads, long bufferBytes, long deviceBytes, long diskBytes, OptionalLong diskFreeBytes) {
  /**
   * Tells whether the target fits on its disk.
   *
   * @return false if the free space is known and too small
   */
  public boolean fits() {
    return diskFreeBytes.isEmpty() || diskFreeBytes.getAsLong() >= diskBytes;
  }
}

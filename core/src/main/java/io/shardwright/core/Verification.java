package io.shardwright.core;

import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.OptionalLong;

/**
 * What reading everything in a checkpoint found. Damage is thrown, not listed.
 *
 * @param summary what the checkpoint is
 * @param bytesRead bytes of weights that were read
 * @param tensors one line per stored tensor, in the order of the files
 * @param notes what a user should know: checksums that were off, members that were skipped
 */
public record Verification(
    CheckpointSummary summary, long bytesRead, List<TensorSum> tensors, List<String> notes) {

  /** What reading can find besides damage. */
  public enum Detail {
    /** A SHA-256 of every stored tensor. */
    SUMS,
    /** How many values are NaN or infinite. */
    VALUES
  }

  /**
   * One stored tensor.
   *
   * @param file the member that holds it
   * @param spec its name, element type and shape
   * @param sha256 lower-case hex over the row-major little-endian bytes; empty where not asked for
   * @param nan NaN values, where values were asked for
   * @param infinite infinite values, where values were asked for
   */
  public record TensorSum(
      String file, TensorSpec spec, String sha256, OptionalLong nan, OptionalLong infinite) {}
}

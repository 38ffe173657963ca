package io.shardwright.core;

import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

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

  /**
   * What a user should know, in the API's words.
   *
   * @return sentences
   */
  @Override
  public List<String> notes() {
    return notes(Remedy::toString);
  }

  /**
   * What a user should know, in a caller's words.
   *
   * @param words what a setting is called
   * @return sentences
   */
  public List<String> notes(Function<Remedy, String> words) {
    return Remedy.say(notes, words);
  }

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

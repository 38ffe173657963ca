package io.shardwright.core;

import io.shardwright.core.outline.ValueStatistics;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * The result of reading a whole checkpoint. Damage is reported by an exception and is not listed
 * here.
 *
 * @param summary the checkpoint's format, family, grid and sizes
 * @param bytesRead number of bytes of weights that were read
 * @param tensors one entry per stored tensor, in the order of the files
 * @param notes remarks for users, such as files without checksums or files that were skipped
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

  /** The facts that a verification can compute besides finding damage. */
  public enum Detail {
    /** The SHA-256 of every stored tensor. */
    SUMS,
    /** The number of values that are NaN or infinite. */
    VALUES,
    /** The distribution of the values. */
    STATISTICS
  }

  /**
   * A stored tensor with the facts that were asked for.
   *
   * @param file the file of the checkpoint that holds it
   * @param spec the tensor's name, element type and shape
   * @param sha256 SHA-256 of the row-major little-endian bytes in lower-case hexadecimal; the empty
   *     text without {@link Detail#SUMS}
   * @param nan number of NaN values; empty without {@link Detail#VALUES}
   * @param infinite number of infinite values; empty without {@link Detail#VALUES}
   * @param statistics the distribution of the finite values; empty without {@link
   *     Detail#STATISTICS}, for complex numbers and for tensors without a finite value
   */
  public record TensorSum(
      String file,
      TensorSpec spec,
      String sha256,
      OptionalLong nan,
      OptionalLong infinite,
      Optional<ValueStatistics> statistics) {}
}

package io.shardwright.core;

import io.shardwright.spi.error.Remedy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The result of a run.
 *
 * @param target the file or folder that was published
 * @param bytesRead number of bytes that were read from the source
 * @param bytesWritten size of the target in bytes
 * @param bytesResumed the part of {@code bytesWritten} that an interrupted run had written and that
 *     was kept after a check
 * @param tensors number of tensors in the target's files together
 * @param verified whether the target was read back and found correct
 * @param overflowed number of values that a cast made infinite
 * @param underflowed number of values that a cast made zero
 * @param inexact number of other values that a cast changed
 * @param dequantized number of quantized weights in the source that became plain values
 * @param dequantizedRounded how many of those have a value that is no exact product of code and
 *     scale; of weights that an earlier run wrote it is not known
 * @param device the device that was used
 * @param duration time from start to publication
 * @param changes configuration keys that were changed, as {@code key: old -> new}
 * @param manifest the tensors with a SHA-256 each; empty if the request did not ask for it
 * @param notes remarks for users
 */
public record Report(
    Path target,
    long bytesRead,
    long bytesWritten,
    long bytesResumed,
    long tensors,
    boolean verified,
    long overflowed,
    long underflowed,
    long inexact,
    long dequantized,
    long dequantizedRounded,
    Device device,
    Duration duration,
    List<String> changes,
    Optional<Manifest> manifest,
    List<String> notes) {
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
}

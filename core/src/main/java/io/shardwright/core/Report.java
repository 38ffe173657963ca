package io.shardwright.core;

import io.shardwright.spi.error.Remedy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a run did.
 *
 * @param target what was published
 * @param bytesRead source bytes that were read
 * @param bytesWritten size of the target
 * @param bytesResumed of these, what an earlier run had written and was found right
 * @param tensors tensors in the target's files together
 * @param verified whether the target was re-read and found right
 * @param overflowed values that a cast made infinite
 * @param underflowed values that a cast made zero
 * @param inexact other values that a cast changed
 * @param device what computed
 * @param duration from start to publication
 * @param changes configuration keys that were changed, as {@code key: old -> new}
 * @param manifest a SHA-256 of every tensor, where one was asked for
 * @param notes what a user should know
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

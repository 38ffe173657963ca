package io.shardwright.core;

import io.shardwright.spi.error.Remedy;
import java.util.List;
import java.util.function.Function;

/**
 * What comparing two checkpoints found.
 *
 * @param logical whether logical tensors were compared, across layouts and namings; else tensors as
 *     they are stored, because one checkpoint has no known family
 * @param compared tensors that both have
 * @param differences in tensors; empty where all are equal
 * @param config keys that differ
 * @param artifacts names of files that differ or that one of them lacks, each with the reason
 * @param notes what is listed but no difference: layouts, namings, padding
 */
public record Comparison(
    boolean logical,
    long compared,
    List<TensorDifference> differences,
    List<ConfigDifference> config,
    List<String> artifacts,
    List<String> notes) {

  /**
   * What is listed but no difference, in the API's words.
   *
   * @return sentences
   */
  @Override
  public List<String> notes() {
    return notes(Remedy::toString);
  }

  /**
   * What is listed but no difference, in a caller's words.
   *
   * @param words what a setting is called
   * @return sentences
   */
  public List<String> notes(Function<Remedy, String> words) {
    return Remedy.say(notes, words);
  }

  /**
   * Whether both hold the same tensors.
   *
   * @return configurations and artifacts do not count
   */
  public boolean same() {
    return differences.isEmpty();
  }
}

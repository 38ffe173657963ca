package io.shardwright.core;

import io.shardwright.spi.error.Remedy;
import java.util.List;
import java.util.function.Function;

/**
 * The result of comparing two checkpoints.
 *
 * @param logical true if logical tensors were compared, across layouts and namings; false if
 *     tensors were compared as they are stored because a checkpoint has no known family
 * @param compared number of tensors that both checkpoints have
 * @param differences tensors that differ; empty if all are equal
 * @param equal names of the tensors that are equal in both
 * @param config configuration keys that differ
 * @param artifacts names of files that differ or that one checkpoint lacks, each with the reason
 * @param notes facts that do not count as differences, such as layouts, namings and padding
 */
public record Comparison(
    boolean logical,
    long compared,
    List<TensorDifference> differences,
    List<String> equal,
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
   * Tells whether both checkpoints hold the same tensors, whatever their configurations and
   * artifacts are.
   *
   * @return true if no tensor differs
   */
  public boolean same() {
    return differences.isEmpty();
  }
}

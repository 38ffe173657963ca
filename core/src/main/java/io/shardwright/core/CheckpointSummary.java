package io.shardwright.core;

import io.shardwright.core.outline.UnreadableTensor;
import io.shardwright.spi.Grid;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The description of a checkpoint, read from its headers alone.
 *
 * @param path the archive or folder
 * @param format the format's name, such as {@code nemo}
 * @param family the id of the family that claims it; empty if none does
 * @param target the class that restores it, as the configuration names it
 * @param nemoVersion the NeMo version that first saved it, as the configuration states it
 * @param grid the numbers of ranks that it is cut for
 * @param naming the naming of the parameters; empty if no family is known
 * @param layout the layout of the weights; empty if no family is known
 * @param parameters number of logical parameters by element type, with replicas counted once;
 *     number of stored elements if no family is known
 * @param storedTensors number of tensors in all rank files together
 * @param weightBytes size of all stored tensors together, in bytes
 * @param fileBytes size of the whole checkpoint, in bytes
 * @param artifacts files that are neither configuration nor weights
 * @param unreadable tensors of kinds that Shardwright can't read, such as quantized ones
 * @param notes remarks for users, such as that a family does not fit
 */
public record CheckpointSummary(
    Path path,
    String format,
    Optional<String> family,
    Optional<String> target,
    Optional<String> nemoVersion,
    Grid grid,
    Optional<Naming> naming,
    Optional<WeightLayout> layout,
    Map<DType, Long> parameters,
    long storedTensors,
    long weightBytes,
    long fileBytes,
    List<Artifact> artifacts,
    List<UnreadableTensor> unreadable,
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

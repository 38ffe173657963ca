package io.shardwright.core;

import io.shardwright.core.outline.UnreadableTensor;
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
 * What a checkpoint is, read from its headers alone.
 *
 * @param path where it lies
 * @param format the format's name, such as {@code nemo}
 * @param family the adapter that claims it
 * @param target the class that restores it
 * @param nemoVersion the NeMo version that first saved it
 * @param tensorModelParallelSize tensor-parallel ranks, at least 1
 * @param pipelineModelParallelSize pipeline stages, at least 1
 * @param naming of the parameters, where a family is known
 * @param layout of the weights, where a family is known
 * @param parameters logical parameters per element type, each shard and replica counted once;
 *     stored elements where no family is known
 * @param storedTensors tensors in all rank files together
 * @param weightBytes bytes of all stored tensors together
 * @param fileBytes size of the whole checkpoint
 * @param artifacts other members
 * @param unreadable tensors of kinds that are not read
 * @param notes what a user should know: a family that does not fit, checksums that were off
 */
public record CheckpointSummary(
    Path path,
    String format,
    Optional<String> family,
    Optional<String> target,
    Optional<String> nemoVersion,
    int tensorModelParallelSize,
    int pipelineModelParallelSize,
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

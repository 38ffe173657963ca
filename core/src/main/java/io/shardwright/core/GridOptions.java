package io.shardwright.core;

import io.shardwright.spi.format.CoreVersion;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Options for targets on ranks.
 *
 * @param core the Megatron-Core that has to read a distributed checkpoint of its kind {@code
 *     torch_dist}; empty for the newest form
 * @param files over how many files such a checkpoint, or one of PyTorch itself, is spread, at least
 *     1; empty for one of each rank, or for files of {@link HuggingFaceOptions#maxShardBytes}
 * @param vocabDivisor vocabulary rows are padded to a multiple of this times the tensor-parallel
 *     size, at least 1; empty for what the source's configuration says
 * @param optimizerKind the form in which an optimizer's state is stored, such as {@code
 *     fully_reshardable}; empty for the format's own choice
 * @param dataParallel ranks of data parallelism that flat buffers are for, at least 1; empty where
 *     nothing lies in such
 */
public record GridOptions(
    Optional<CoreVersion> core,
    OptionalInt files,
    OptionalLong vocabDivisor,
    Optional<String> optimizerKind,
    OptionalLong dataParallel) {
  /** The newest form, a file for each rank, and rows padded as the source says. */
  public static final GridOptions DEFAULT =
      new GridOptions(
          Optional.empty(),
          OptionalInt.empty(),
          OptionalLong.empty(),
          Optional.empty(),
          OptionalLong.empty());

  /**
   * Options without a form of the optimizer.
   *
   * @param core the Megatron-Core that has to read the target
   * @param files at least 1, or empty
   * @param vocabDivisor at least 1, or empty
   */
  public GridOptions(Optional<CoreVersion> core, OptionalInt files, OptionalLong vocabDivisor) {
    this(core, files, vocabDivisor, Optional.empty(), OptionalLong.empty());
  }

  /**
   * Checks the components.
   *
   * @param core not null
   * @param files at least 1, or empty
   * @param vocabDivisor at least 1, or empty
   * @param optimizerKind not null
   * @param dataParallel at least 1, or empty
   * @throws IllegalArgumentException if a number is below 1
   */
  public GridOptions {
    Objects.requireNonNull(core, "core");
    Objects.requireNonNull(optimizerKind, "optimizerKind");
    files.ifPresent(number -> Bounds.POSITIVE.require("files", number));
    vocabDivisor.ifPresent(number -> Bounds.POSITIVE.require("vocabDivisor", number));
    dataParallel.ifPresent(number -> Bounds.POSITIVE.require("dataParallel", number));
  }
}

package io.shardwright.core;

import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What to reshard and how. Built with {@link #builder(Path, Path)}.
 *
 * @param source the checkpoint to read
 * @param target where to write; a name that ends in {@code .nemo} is an archive, else a folder
 * @param format what to write; empty for a {@code .nemo} where the target's name says so, else what
 *     the source is
 * @param training how to read what a training left
 * @param huggingFace how to write a Hugging Face folder
 * @param tensorModelParallelSize wanted size; empty keeps the source's
 * @param pipelineModelParallelSize wanted size; empty keeps the source's
 * @param virtualPipelineSize wanted size; empty or 1 for none
 * @param naming wanted naming of the parameters; empty keeps the source's
 * @param layout wanted layout of the weights; empty keeps the source's, or with another naming
 *     takes the one that NeMo 1.23 writes
 * @param dtype wanted type of floating-point parameters; empty keeps each
 * @param allowLossy whether a cast may lose values
 * @param claimedTensorSize what the user says the source's size is; refused where it is not
 * @param claimedPipelineSize what the user says the source's size is; refused where it is not
 * @param lora an adapter to merge into the weights: a NeMo archive or folder, or a folder of peft
 * @param vocabSize the true vocabulary size in rows, before padding; empty where the file tells
 * @param family the adapter to use; empty finds it
 * @param replicateUnmatched whether a tensor that no rule matches is copied to every rank
 * @param untie whether a pair that the configuration ties, embedding and output layer, is written
 *     as two tensors
 * @param skipUnreadable whether tensors of kinds that are not read may be left out
 * @param overwrite whether an existing target may be replaced
 * @param verify whether the target is re-read and compared
 * @param sync whether the target is forced to disk
 * @param manifest whether a {@link Manifest} is written beside the target, {@code
 *     NAME.manifest.json}
 * @param run on how many threads, and whether from the start
 */
public record ReshardRequest(
    Path source,
    Path target,
    Optional<TargetFormat> format,
    TrainingOptions training,
    HuggingFaceOptions huggingFace,
    OptionalInt tensorModelParallelSize,
    OptionalInt pipelineModelParallelSize,
    OptionalInt virtualPipelineSize,
    Optional<Naming> naming,
    Optional<WeightLayout> layout,
    Optional<DType> dtype,
    boolean allowLossy,
    OptionalInt claimedTensorSize,
    OptionalInt claimedPipelineSize,
    Optional<Path> lora,
    OptionalLong vocabSize,
    Optional<String> family,
    boolean replicateUnmatched,
    boolean untie,
    boolean skipUnreadable,
    boolean overwrite,
    boolean verify,
    boolean sync,
    boolean manifest,
    RunOptions run) {
  /** The largest parallel size that can be asked for. */
  public static final int LARGEST_SIZE = 99_999;

  /**
   * A request that keeps everything, verifies and syncs.
   *
   * @param source the checkpoint to read
   * @param target where to write
   * @return a builder
   * @throws NullPointerException if one of them is null
   */
  public static ReshardRequestBuilder builder(Path source, Path target) {
    return new ReshardRequestBuilder(source, target);
  }

  /**
   * What is read besides adapters: the source first, then a LoRA and the files that are given for a
   * configuration and a tokenizer.
   *
   * @return files and folders
   */
  public List<Path> inputs() {
    var inputs = new ArrayList<Path>();
    inputs.add(source);
    lora.ifPresent(inputs::add);
    training.hparamsFile().ifPresent(inputs::add);
    training.tokenizerFiles().values().forEach(file -> file.ifPresent(inputs::add));
    return inputs;
  }

  /**
   * Where the manifest lies, if one is asked for.
   *
   * @return beside the target
   */
  public Path manifestPath() {
    return target.resolveSibling(target.getFileName() + ".manifest.json");
  }

  static ReshardRequest of(ReshardRequestBuilder parts) {
    return new ReshardRequest(
        parts.source,
        parts.target,
        parts.format,
        parts.training,
        parts.huggingFace,
        parts.tensor,
        parts.pipeline,
        parts.virtual,
        parts.naming,
        parts.layout,
        parts.dtype,
        parts.allowLossy,
        parts.claimedTensor,
        parts.claimedPipeline,
        parts.lora,
        parts.vocabSize,
        parts.family,
        parts.replicateUnmatched,
        parts.untie,
        parts.skipUnreadable,
        parts.overwrite,
        parts.verify,
        parts.sync,
        parts.manifest,
        parts.run);
  }
}

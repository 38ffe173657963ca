package io.shardwright.core;

import io.shardwright.spi.Grid;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What to reshard and how: an immutable value, made with {@link #builder(Path, Path)}. */
public final class ReshardRequest {
  /** The largest parallel size that can be asked for. */
  public static final int LARGEST_SIZE = 99_999;

  private final Path source;
  private final Path target;
  private final Optional<TargetFormat> format;
  private final TrainingOptions training;
  private final HuggingFaceOptions huggingFace;
  private final GridOptions gridOptions;
  private final Map<ParallelDimension, Integer> sizes;
  private final Optional<PipelineSplit> pipelineSplit;
  private final OptionalInt pipelineSplitRank;
  private final Optional<Naming> naming;
  private final Optional<WeightLayout> layout;
  private final Optional<DType> dtype;
  private final boolean allowGuesses;
  private final boolean allowLossy;
  private final boolean dequantize;
  private final OptionalInt claimedTensorSize;
  private final OptionalInt claimedPipelineSize;
  private final Optional<Path> lora;
  private final OptionalLong vocabSize;
  private final Optional<String> family;
  private final boolean replicateUnmatched;
  private final boolean untie;
  private final boolean skipUnreadable;
  private final boolean overwrite;
  private final boolean verify;
  private final boolean sync;
  private final boolean manifest;
  private final RunOptions run;

  ReshardRequest(ReshardRequestBuilder parts) {
    source = parts.source;
    target = parts.target;
    format = parts.format;
    training = parts.training;
    huggingFace = parts.huggingFace;
    gridOptions = parts.gridOptions;
    sizes = Map.copyOf(parts.sizes);
    pipelineSplit = parts.split;
    pipelineSplitRank = parts.splitRank;
    naming = parts.naming;
    layout = parts.layout;
    dtype = parts.dtype;
    allowGuesses = parts.allowGuesses;
    allowLossy = parts.allowLossy;
    dequantize = parts.dequantize;
    claimedTensorSize = parts.claimedTensor;
    claimedPipelineSize = parts.claimedPipeline;
    lora = parts.lora;
    vocabSize = parts.vocabSize;
    family = parts.family;
    replicateUnmatched = parts.replicateUnmatched;
    untie = parts.untie;
    skipUnreadable = parts.skipUnreadable;
    overwrite = parts.overwrite;
    verify = parts.verify;
    sync = parts.sync;
    manifest = parts.manifest;
    run = parts.run;
  }

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

  /** {@return the checkpoint to read} */
  public Path source() {
    return source;
  }

  /** {@return where to write; a name that ends in {@code .nemo} is an archive, else a folder} */
  public Path target() {
    return target;
  }

  /**
   * {@return what to write; empty for a {@code .nemo} where the target's name says so, else what
   * the source is}
   */
  public Optional<TargetFormat> format() {
    return format;
  }

  /** {@return how to read what a training left} */
  public TrainingOptions training() {
    return training;
  }

  /** {@return how to write a Hugging Face folder} */
  public HuggingFaceOptions huggingFace() {
    return huggingFace;
  }

  /** {@return how to write what has ranks} */
  public GridOptions gridOptions() {
    return gridOptions;
  }

  /**
   * Returns a wanted size.
   *
   * @param dimension of the grid
   * @return empty where it was not set
   */
  public OptionalInt size(ParallelDimension dimension) {
    Integer size = sizes.get(dimension);
    return size == null ? OptionalInt.empty() : OptionalInt.of(size);
  }

  /**
   * Returns the wanted grid.
   *
   * @param source the source's, whose sizes stay where no other was set; the pipeline is
   *     interleaved only if that was asked for
   * @return the source's with the sizes that were set
   */
  public Grid grid(Grid source) {
    Grid grid =
        source
            .with(
                size(ParallelDimension.TENSOR).orElse(source.tensor()),
                size(ParallelDimension.PIPELINE).orElse(source.pipeline()))
            .virtual(size(ParallelDimension.VIRTUAL_PIPELINE).orElse(1))
            .experts(size(ParallelDimension.EXPERT).orElse(source.expert()));
    return grid.expertTensor(size(ParallelDimension.EXPERT_TENSOR).orElse(grid.expertTensor()));
  }

  /** {@return how the stages are to share layers; empty keeps the source's, or evenly} */
  public Optional<PipelineSplit> pipelineSplit() {
    return pipelineSplit;
  }

  /** {@return the stage where a second stack is to begin; empty leaves it to the plan} */
  public OptionalInt pipelineSplitRank() {
    return pipelineSplitRank;
  }

  /** {@return the wanted naming of the parameters; empty keeps the source's} */
  public Optional<Naming> naming() {
    return naming;
  }

  /**
   * {@return the wanted layout of the weights; empty keeps the source's, or with another naming
   * takes the one that NeMo 1.23 writes}
   */
  public Optional<WeightLayout> layout() {
    return layout;
  }

  /** {@return the wanted type of floating-point parameters; empty keeps each} */
  public Optional<DType> dtype() {
    return dtype;
  }

  /** {@return whether a cast may lose values} */
  public boolean allowLossy() {
    return allowLossy;
  }

  /** {@return whether quantized weights may become plain ones} */
  public boolean dequantize() {
    return dequantize;
  }

  /** {@return what the user says the source's tensor-parallel size is; refused where it is not} */
  public OptionalInt claimedTensorSize() {
    return claimedTensorSize;
  }

  /**
   * {@return what the user says the source's pipeline-parallel size is; refused where it is not}
   */
  public OptionalInt claimedPipelineSize() {
    return claimedPipelineSize;
  }

  /**
   * {@return an adapter to merge into the weights: a NeMo archive or folder, or a folder of peft}
   */
  public Optional<Path> lora() {
    return lora;
  }

  /** {@return the true vocabulary size in rows, before padding; empty where the file tells} */
  public OptionalLong vocabSize() {
    return vocabSize;
  }

  /** {@return the adapter to use; empty finds it} */
  public Optional<String> family() {
    return family;
  }

  /** {@return whether rows that are guesses may be used} */
  public boolean allowGuesses() {
    return allowGuesses;
  }

  /** {@return whether a tensor that no rule matches is copied to every rank} */
  public boolean replicateUnmatched() {
    return replicateUnmatched;
  }

  /**
   * {@return whether a pair that the configuration ties, embedding and output layer, is written as
   * two tensors}
   */
  public boolean untie() {
    return untie;
  }

  /** {@return whether tensors of kinds that are not read may be left out} */
  public boolean skipUnreadable() {
    return skipUnreadable;
  }

  /** {@return whether an existing target may be replaced} */
  public boolean overwrite() {
    return overwrite;
  }

  /** {@return whether the target is re-read and compared} */
  public boolean verify() {
    return verify;
  }

  /** {@return whether the target is forced to disk} */
  public boolean sync() {
    return sync;
  }

  /**
   * {@return whether a {@link Manifest} is written beside the target, {@code NAME.manifest.json}}
   */
  public boolean manifest() {
    return manifest;
  }

  /** {@return on how many threads, and whether from the start} */
  public RunOptions run() {
    return run;
  }
}

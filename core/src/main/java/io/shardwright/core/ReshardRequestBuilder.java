package io.shardwright.core;

import static java.util.Objects.requireNonNull;

import io.shardwright.spi.Naming;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Collects the parts of a {@link ReshardRequest}. Each is checked when it is set: {@code null} is a
 * {@link NullPointerException}, what can't be meant an {@link IllegalArgumentException}, both with
 * the part's name. What depends on the source is checked when it is planned.
 */
public final class ReshardRequestBuilder extends RequestedSizes {
  final Path source;
  final Path target;
  Optional<TargetFormat> format = Optional.empty();
  TrainingOptions training = TrainingOptions.NEWEST;
  HuggingFaceOptions huggingFace = HuggingFaceOptions.DEFAULT;
  GridOptions gridOptions = GridOptions.DEFAULT;
  Optional<PipelineSplit> split = Optional.empty();
  OptionalInt splitRank = OptionalInt.empty();
  Optional<Naming> naming = Optional.empty();
  Optional<WeightLayout> layout = Optional.empty();
  Optional<DType> dtype = Optional.empty();
  boolean allowGuesses;
  boolean allowLossy;
  boolean dequantize;
  Optional<Path> lora = Optional.empty();
  OptionalLong vocabSize = OptionalLong.empty();
  Optional<String> family = Optional.empty();
  boolean replicateUnmatched;
  boolean untie;
  boolean skipUnreadable;
  boolean overwrite;
  boolean verify = true;
  boolean sync = true;
  boolean manifest;
  RunOptions run = RunOptions.DEFAULT;

  ReshardRequestBuilder(Path source, Path target) {
    this.source = requireNonNull(source, "source");
    this.target = requireNonNull(target, "target");
  }

  @Override
  ReshardRequestBuilder self() {
    return this;
  }

  /**
   * {@return this} Sets what to write.
   *
   * @param wanted the format
   */
  public ReshardRequestBuilder format(TargetFormat wanted) {
    format = Optional.of(requireNonNull(wanted, "format"));
    return this;
  }

  /**
   * {@return this} Sets how to read what a training left.
   *
   * @param options step, configuration, tokenizers
   */
  public ReshardRequestBuilder training(TrainingOptions options) {
    training = requireNonNull(options, "training");
    return this;
  }

  /**
   * {@return this} Sets how to write a Hugging Face folder.
   *
   * @param options class and size of shards
   */
  public ReshardRequestBuilder huggingFace(HuggingFaceOptions options) {
    huggingFace = requireNonNull(options, "huggingFace");
    return this;
  }

  /**
   * {@return this} Sets how to write what has ranks.
   *
   * @param options version, files, padding
   */
  public ReshardRequestBuilder gridOptions(GridOptions options) {
    gridOptions = requireNonNull(options, "gridOptions");
    return this;
  }

  /**
   * {@return this} Sets how the pipeline's stages share the layers.
   *
   * @param wanted the source's by default, or evenly if its stages can't stay so
   */
  public ReshardRequestBuilder pipelineSplit(PipelineSplit wanted) {
    split = Optional.of(requireNonNull(wanted, "pipelineSplit"));
    return this;
  }

  /**
   * {@return this} Sets the stage where a model's second stack begins, as T5's decoder.
   *
   * @param stage at least 1; by default the one that leaves the fullest stage the fewest layers
   */
  public ReshardRequestBuilder pipelineSplitRank(int stage) {
    splitRank = OptionalInt.of((int) Bounds.POSITIVE.require("pipelineSplitRank", stage));
    return this;
  }

  /**
   * {@return this} Sets the wanted naming of the parameters.
   *
   * @param wanted one that the family has
   */
  public ReshardRequestBuilder naming(Naming wanted) {
    naming = Optional.of(requireNonNull(wanted, "naming"));
    return this;
  }

  /**
   * {@return this} Sets the wanted layout of the weights.
   *
   * @param wanted rank files or one distributed checkpoint
   */
  public ReshardRequestBuilder layout(WeightLayout wanted) {
    layout = Optional.of(requireNonNull(wanted, "layout"));
    return this;
  }

  /**
   * {@return this} Sets the wanted type of floating-point parameters.
   *
   * @param wanted a floating-point type of 16 bits or more
   */
  public ReshardRequestBuilder dtype(DType wanted) {
    dtype = Optional.of(Bounds.floating(wanted));
    return this;
  }

  /**
   * {@return this} Says whether a cast may lose values.
   *
   * @param allowed false refuses
   */
  public ReshardRequestBuilder allowLossy(boolean allowed) {
    allowLossy = allowed;
    return this;
  }

  /**
   * {@return this} Says whether quantized weights may become plain ones: bfloat16, or the {@link
   * #dtype} that is wanted.
   *
   * @param allowed false refuses
   */
  public ReshardRequestBuilder dequantize(boolean allowed) {
    dequantize = allowed;
    return this;
  }

  /**
   * {@return this} Merges an adapter into the weights.
   *
   * @param adapter a NeMo archive or folder, or a folder of peft
   */
  public ReshardRequestBuilder lora(Path adapter) {
    lora = Optional.of(requireNonNull(adapter, "lora"));
    return this;
  }

  /**
   * {@return this} States the true vocabulary size, before padding.
   *
   * @param size rows, at least 1
   */
  public ReshardRequestBuilder vocabSize(long size) {
    vocabSize = OptionalLong.of(Bounds.POSITIVE.require("vocabSize", size));
    return this;
  }

  /**
   * {@return this} Names the adapter to use.
   *
   * @param id a family's name
   */
  public ReshardRequestBuilder family(String id) {
    family = Optional.of(requireNonNull(id, "family"));
    return this;
  }

  /**
   * {@return this} Sets what happens to tensors of kinds that are not read, such as sparse ones.
   *
   * @param skip whether they may be left out; false at first, so that they are refused by name
   */
  public ReshardRequestBuilder skipUnreadable(boolean skip) {
    skipUnreadable = skip;
    return this;
  }

  /**
   * {@return this} Says whether rows may be used that were inferred from a checkpoint.
   *
   * @param allowed false refuses
   */
  public ReshardRequestBuilder allowGuesses(boolean allowed) {
    allowGuesses = allowed;
    return this;
  }

  /**
   * {@return this} Says what to do with a tensor that no rule matches.
   *
   * @param replicate true copies it to every rank, false refuses
   */
  public ReshardRequestBuilder replicateUnmatched(boolean replicate) {
    replicateUnmatched = replicate;
    return this;
  }

  /**
   * {@return this} Writes both tensors of a pair that the configuration ties, and a target that is
   * untied.
   *
   * @param both false keeps the pair tied
   */
  public ReshardRequestBuilder untie(boolean both) {
    untie = both;
    return this;
  }

  /**
   * {@return this} Says whether an existing target may be replaced.
   *
   * @param allowed false refuses
   */
  public ReshardRequestBuilder overwrite(boolean allowed) {
    overwrite = allowed;
    return this;
  }

  /**
   * {@return this} Says whether the target is re-read and compared.
   *
   * @param wanted true by default
   */
  public ReshardRequestBuilder verify(boolean wanted) {
    verify = wanted;
    return this;
  }

  /**
   * {@return this} Says whether the target is forced to disk.
   *
   * @param wanted true by default
   */
  public ReshardRequestBuilder sync(boolean wanted) {
    sync = wanted;
    return this;
  }

  /**
   * {@return this} Says whether a SHA-256 of every tensor is written beside the target.
   *
   * @param wanted false by default
   */
  public ReshardRequestBuilder manifest(boolean wanted) {
    manifest = wanted;
    return this;
  }

  /**
   * {@return this} Says how the plan is run.
   *
   * @param options threads, device, and whether to go on where a killed run ended
   */
  public ReshardRequestBuilder run(RunOptions options) {
    run = requireNonNull(options, "run");
    return this;
  }

  /** {@return the request, an immutable value} */
  public ReshardRequest build() {
    return new ReshardRequest(this);
  }
}

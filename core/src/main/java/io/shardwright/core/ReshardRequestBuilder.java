package io.shardwright.core;

import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** Collects the parts of a {@link ReshardRequest}. */
public final class ReshardRequestBuilder {
  private final Path source;
  private final Path target;
  private Optional<TargetFormat> format = Optional.empty();
  private TrainingOptions training = TrainingOptions.NEWEST;
  private CommunityOptions community = CommunityOptions.DEFAULT;
  private OptionalInt tensor = OptionalInt.empty();
  private OptionalInt pipeline = OptionalInt.empty();
  private OptionalInt virtual = OptionalInt.empty();
  private Optional<Naming> naming = Optional.empty();
  private Optional<WeightLayout> layout = Optional.empty();
  private Optional<DType> dtype = Optional.empty();
  private boolean allowLossy;
  private OptionalInt claimedTensor = OptionalInt.empty();
  private OptionalInt claimedPipeline = OptionalInt.empty();
  private Optional<Path> lora = Optional.empty();
  private OptionalLong vocabSize = OptionalLong.empty();
  private Optional<String> family = Optional.empty();
  private boolean replicateUnmatched;
  private boolean overwrite;
  private boolean verify = true;
  private boolean sync = true;
  private boolean manifest;
  private RunOptions run = RunOptions.DEFAULT;

  ReshardRequestBuilder(Path source, Path target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Sets what to write.
   *
   * @param wanted the format
   * @return this
   */
  public ReshardRequestBuilder format(TargetFormat wanted) {
    format = Optional.of(wanted);
    return this;
  }

  /**
   * Sets how to read what a training left.
   *
   * @param options step, configuration, tokenizers
   * @return this
   */
  public ReshardRequestBuilder training(TrainingOptions options) {
    training = options;
    return this;
  }

  /**
   * Sets how to write for a community.
   *
   * @param options class and size of shards
   * @return this
   */
  public ReshardRequestBuilder community(CommunityOptions options) {
    community = options;
    return this;
  }

  /**
   * Sets the wanted tensor-parallel size.
   *
   * @param size at least 1
   * @return this
   */
  public ReshardRequestBuilder tensorModelParallelSize(int size) {
    tensor = OptionalInt.of(size);
    return this;
  }

  /**
   * Sets the wanted pipeline-parallel size.
   *
   * @param size at least 1
   * @return this
   */
  public ReshardRequestBuilder pipelineModelParallelSize(int size) {
    pipeline = OptionalInt.of(size);
    return this;
  }

  /**
   * Sets the wanted virtual pipeline size.
   *
   * @param size at least 1
   * @return this
   */
  public ReshardRequestBuilder virtualPipelineModelParallelSize(int size) {
    virtual = OptionalInt.of(size);
    return this;
  }

  /**
   * Sets the wanted naming of the parameters.
   *
   * @param wanted one that the family has
   * @return this
   */
  public ReshardRequestBuilder naming(Naming wanted) {
    naming = Optional.of(wanted);
    return this;
  }

  /**
   * Sets the wanted layout of the weights.
   *
   * @param wanted rank files or one distributed checkpoint
   * @return this
   */
  public ReshardRequestBuilder layout(WeightLayout wanted) {
    layout = Optional.of(wanted);
    return this;
  }

  /**
   * Sets the wanted type of floating-point parameters.
   *
   * @param wanted a floating-point type
   * @param lossy whether values may be lost
   * @return this
   */
  public ReshardRequestBuilder dtype(DType wanted, boolean lossy) {
    dtype = Optional.of(wanted);
    allowLossy = lossy;
    return this;
  }

  /**
   * States the source's sizes, to be checked.
   *
   * @param tensor negative where it is not stated, as NeMo's -1
   * @param pipeline negative where it is not stated
   * @return this
   */
  public ReshardRequestBuilder claimedSizes(int tensor, int pipeline) {
    claimedTensor = tensor < 0 ? OptionalInt.empty() : OptionalInt.of(tensor);
    claimedPipeline = pipeline < 0 ? OptionalInt.empty() : OptionalInt.of(pipeline);
    return this;
  }

  /**
   * Merges an adapter into the weights.
   *
   * @param adapter a NeMo archive or folder, or a folder of peft
   * @return this
   */
  public ReshardRequestBuilder lora(Path adapter) {
    lora = Optional.of(adapter);
    return this;
  }

  /**
   * States the true vocabulary size, before padding.
   *
   * @param size at least 1
   * @return this
   */
  public ReshardRequestBuilder vocabSize(long size) {
    vocabSize = OptionalLong.of(size);
    return this;
  }

  /**
   * Names the adapter to use.
   *
   * @param id a family's name
   * @return this
   */
  public ReshardRequestBuilder family(String id) {
    family = Optional.of(id);
    return this;
  }

  /**
   * Says what to do with a tensor that no rule matches.
   *
   * @param replicate true copies it to every rank, false refuses
   * @return this
   */
  public ReshardRequestBuilder replicateUnmatched(boolean replicate) {
    replicateUnmatched = replicate;
    return this;
  }

  /**
   * Says whether an existing target may be replaced.
   *
   * @param allowed false refuses
   * @return this
   */
  public ReshardRequestBuilder overwrite(boolean allowed) {
    overwrite = allowed;
    return this;
  }

  /**
   * Says whether the target is re-read and compared.
   *
   * @param wanted true by default
   * @return this
   */
  public ReshardRequestBuilder verify(boolean wanted) {
    verify = wanted;
    return this;
  }

  /**
   * Says whether the target is forced to disk.
   *
   * @param wanted true by default
   * @return this
   */
  public ReshardRequestBuilder sync(boolean wanted) {
    sync = wanted;
    return this;
  }

  /**
   * Says whether a SHA-256 of every tensor is written beside the target.
   *
   * @param wanted false by default
   * @return this
   */
  public ReshardRequestBuilder manifest(boolean wanted) {
    manifest = wanted;
    return this;
  }

  /**
   * Says how the plan is run.
   *
   * @param options threads, device, and whether to go on where a killed run ended
   * @return this
   */
  public ReshardRequestBuilder run(RunOptions options) {
    run = options;
    return this;
  }

  /**
   * Changes how the plan is run.
   *
   * @param change of what was said so far
   * @return this
   */
  public ReshardRequestBuilder run(UnaryOperator<RunOptions> change) {
    return run(change.apply(run));
  }

  /**
   * The request.
   *
   * @return an immutable value
   */
  public ReshardRequest build() {
    return new ReshardRequest(
        source,
        target,
        format,
        training,
        community,
        tensor,
        pipeline,
        virtual,
        naming,
        layout,
        dtype,
        allowLossy,
        claimedTensor,
        claimedPipeline,
        lora,
        vocabSize,
        family,
        replicateUnmatched,
        overwrite,
        verify,
        sync,
        manifest,
        run);
  }
}

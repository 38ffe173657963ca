package io.shardwright.core;

import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.nio.file.Path;
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
 * @param vocabSize the true vocabulary size, before padding; empty where the file tells
 * @param family the adapter to use; empty finds it
 * @param replicateUnmatched whether a tensor that no rule matches is copied to every rank
 * @param overwrite whether an existing target may be replaced
 * @param verify whether the target is re-read and compared
 * @param sync whether the target is forced to disk
 */
public record ReshardRequest(
    Path source,
    Path target,
    Optional<TargetFormat> format,
    TrainingOptions training,
    OptionalInt tensorModelParallelSize,
    OptionalInt pipelineModelParallelSize,
    OptionalInt virtualPipelineSize,
    Optional<Naming> naming,
    Optional<WeightLayout> layout,
    Optional<DType> dtype,
    boolean allowLossy,
    OptionalInt claimedTensorSize,
    OptionalInt claimedPipelineSize,
    OptionalLong vocabSize,
    Optional<String> family,
    boolean replicateUnmatched,
    boolean overwrite,
    boolean verify,
    boolean sync) {

  /**
   * A request that keeps everything, verifies and syncs.
   *
   * @param source the checkpoint to read
   * @param target where to write
   * @return a builder
   */
  public static Builder builder(Path source, Path target) {
    return new Builder(source, target);
  }

  /** Collects the parts of a request. */
  public static final class Builder {
    private final Path source;
    private final Path target;
    private Optional<TargetFormat> format = Optional.empty();
    private TrainingOptions training = TrainingOptions.NEWEST;
    private OptionalInt tensor = OptionalInt.empty();
    private OptionalInt pipeline = OptionalInt.empty();
    private OptionalInt virtual = OptionalInt.empty();
    private Optional<Naming> naming = Optional.empty();
    private Optional<WeightLayout> layout = Optional.empty();
    private Optional<DType> dtype = Optional.empty();
    private boolean allowLossy;
    private OptionalInt claimedTensor = OptionalInt.empty();
    private OptionalInt claimedPipeline = OptionalInt.empty();
    private OptionalLong vocabSize = OptionalLong.empty();
    private Optional<String> family = Optional.empty();
    private boolean replicateUnmatched;
    private boolean overwrite;
    private boolean verify = true;
    private boolean sync = true;

    private Builder(Path source, Path target) {
      this.source = source;
      this.target = target;
    }

    /**
     * Sets what to write.
     *
     * @param wanted the format
     * @return this
     */
    public Builder format(TargetFormat wanted) {
      format = Optional.of(wanted);
      return this;
    }

    /**
     * Sets how to read what a training left.
     *
     * @param options step, configuration, tokenizers
     * @return this
     */
    public Builder training(TrainingOptions options) {
      training = options;
      return this;
    }

    /**
     * Sets the wanted tensor-parallel size.
     *
     * @param size at least 1
     * @return this
     */
    public Builder tensorModelParallelSize(int size) {
      tensor = OptionalInt.of(size);
      return this;
    }

    /**
     * Sets the wanted pipeline-parallel size.
     *
     * @param size at least 1
     * @return this
     */
    public Builder pipelineModelParallelSize(int size) {
      pipeline = OptionalInt.of(size);
      return this;
    }

    /**
     * Sets the wanted virtual pipeline size.
     *
     * @param size at least 1
     * @return this
     */
    public Builder virtualPipelineModelParallelSize(int size) {
      virtual = OptionalInt.of(size);
      return this;
    }

    /**
     * Sets the wanted naming of the parameters.
     *
     * @param wanted one that the family has
     * @return this
     */
    public Builder naming(Naming wanted) {
      naming = Optional.of(wanted);
      return this;
    }

    /**
     * Sets the wanted layout of the weights.
     *
     * @param wanted rank files or one distributed checkpoint
     * @return this
     */
    public Builder layout(WeightLayout wanted) {
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
    public Builder dtype(DType wanted, boolean lossy) {
      dtype = Optional.of(wanted);
      allowLossy = lossy;
      return this;
    }

    /**
     * States the source's tensor-parallel size, to be checked.
     *
     * @param size at least 1
     * @return this
     */
    public Builder claimedTensorSize(int size) {
      claimedTensor = OptionalInt.of(size);
      return this;
    }

    /**
     * States the source's pipeline-parallel size, to be checked.
     *
     * @param size at least 1
     * @return this
     */
    public Builder claimedPipelineSize(int size) {
      claimedPipeline = OptionalInt.of(size);
      return this;
    }

    /**
     * States the true vocabulary size, before padding.
     *
     * @param size at least 1
     * @return this
     */
    public Builder vocabSize(long size) {
      vocabSize = OptionalLong.of(size);
      return this;
    }

    /**
     * Names the adapter to use.
     *
     * @param id a family's name
     * @return this
     */
    public Builder family(String id) {
      family = Optional.of(id);
      return this;
    }

    /**
     * Says what to do with a tensor that no rule matches.
     *
     * @param replicate true copies it to every rank, false refuses
     * @return this
     */
    public Builder replicateUnmatched(boolean replicate) {
      replicateUnmatched = replicate;
      return this;
    }

    /**
     * Says whether an existing target may be replaced.
     *
     * @param allowed false refuses
     * @return this
     */
    public Builder overwrite(boolean allowed) {
      overwrite = allowed;
      return this;
    }

    /**
     * Says whether the target is re-read and compared.
     *
     * @param wanted true by default
     * @return this
     */
    public Builder verify(boolean wanted) {
      verify = wanted;
      return this;
    }

    /**
     * Says whether the target is forced to disk.
     *
     * @param wanted true by default
     * @return this
     */
    public Builder sync(boolean wanted) {
      sync = wanted;
      return this;
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
          tensor,
          pipeline,
          virtual,
          naming,
          layout,
          dtype,
          allowLossy,
          claimedTensor,
          claimedPipeline,
          vocabSize,
          family,
          replicateUnmatched,
          overwrite,
          verify,
          sync);
    }
  }
}

package io.shardwright.core;

import io.shardwright.spi.ParallelDimension;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalInt;

/** The words of a {@link ReshardRequestBuilder} on parallel sizes. */
abstract sealed class RequestedSizes permits ReshardRequestBuilder {
  final Map<ParallelDimension, Integer> sizes = new EnumMap<>(ParallelDimension.class);
  OptionalInt claimedTensor = OptionalInt.empty();
  OptionalInt claimedPipeline = OptionalInt.empty();

  abstract ReshardRequestBuilder self();

  /**
   * {@return this} Sets the wanted tensor-parallel size.
   *
   * @param size from 1 to {@link ReshardRequest#LARGEST_SIZE}
   */
  public ReshardRequestBuilder tensorModelParallelSize(int size) {
    return size(ParallelDimension.TENSOR, "tensorModelParallelSize", size);
  }

  /**
   * {@return this} Sets the wanted pipeline-parallel size.
   *
   * @param size from 1 to {@link ReshardRequest#LARGEST_SIZE}
   */
  public ReshardRequestBuilder pipelineModelParallelSize(int size) {
    return size(ParallelDimension.PIPELINE, "pipelineModelParallelSize", size);
  }

  /**
   * {@return this} Sets the wanted virtual pipeline size.
   *
   * @param size from 1 to {@link ReshardRequest#LARGEST_SIZE}
   */
  public ReshardRequestBuilder virtualPipelineModelParallelSize(int size) {
    return size(ParallelDimension.VIRTUAL_PIPELINE, "virtualPipelineModelParallelSize", size);
  }

  /**
   * {@return this} Sets the number of ranks among which the experts of a layer are divided.
   *
   * @param size from 1 to {@link ReshardRequest#LARGEST_SIZE}
   */
  public ReshardRequestBuilder expertModelParallelSize(int size) {
    return size(ParallelDimension.EXPERT, "expertModelParallelSize", size);
  }

  /**
   * {@return this} Sets over how many ranks each expert is cut; the tensor-parallel size where it
   * is not set.
   *
   * @param size from 1 to {@link ReshardRequest#LARGEST_SIZE}
   */
  public ReshardRequestBuilder expertTensorParallelSize(int size) {
    return size(ParallelDimension.EXPERT_TENSOR, "expertTensorParallelSize", size);
  }

  private ReshardRequestBuilder size(ParallelDimension dimension, String name, int size) {
    sizes.put(dimension, Bounds.parallel(name, size));
    return self();
  }

  /**
   * {@return this} States the source's sizes, to be checked.
   *
   * @param tensor negative where it is not stated, as NeMo's -1; not 0
   * @param pipeline the same
   */
  public ReshardRequestBuilder claimedSizes(int tensor, int pipeline) {
    claimedTensor = Bounds.claimed("claimed tensor size", tensor);
    claimedPipeline = Bounds.claimed("claimed pipeline size", pipeline);
    return self();
  }
}

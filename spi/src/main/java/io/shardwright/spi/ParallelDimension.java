package io.shardwright.spi;

/** The kinds of model parallelism that determine which tensors a checkpoint's files hold. */
public enum ParallelDimension {
  /** Tensor model parallelism. */
  TENSOR("tensor_model_parallel_size"),
  /** Pipeline model parallelism. */
  PIPELINE("pipeline_model_parallel_size"),
  /** Virtual (interleaved) pipeline parallelism. */
  VIRTUAL_PIPELINE("virtual_pipeline_model_parallel_size"),
  /** Expert parallelism. */
  EXPERT("expert_model_parallel_size"),
  /** Tensor model parallelism of each expert, where it is another than that of other tensors. */
  EXPERT_TENSOR("expert_tensor_parallel_size");

  private final String configKey;

  ParallelDimension(String configKey) {
    this.configKey = configKey;
  }

  /**
   * Returns the NeMo configuration key that holds the size.
   *
   * @return for example {@code tensor_model_parallel_size}
   */
  public String configKey() {
    return configKey;
  }
}

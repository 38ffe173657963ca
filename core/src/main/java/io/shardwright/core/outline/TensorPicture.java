package io.shardwright.core.outline;

import io.shardwright.spi.tensor.DType;
import java.util.List;

/**
 * Where one logical tensor lies in the source and in the target.
 *
 * @param kind what it is
 * @param name in the target, whole
 * @param dtype in the target
 * @param ranks tensor-parallel ranks that the bands' {@code rank} counts
 * @param byTarget whether those are the target's; else the source's, where the target has only one
 * @param before the source's tensors
 * @param after the target's, a shard per tensor-parallel rank
 */
public record TensorPicture(
    Kind kind,
    String name,
    DType dtype,
    int ranks,
    boolean byTarget,
    List<Panel> before,
    List<Panel> after) {
  /** Which of a model's tensors are typical. */
  public enum Kind {
    /** Queries, keys and values in one matrix. */
    FUSED_QKV,
    /** The gate and the other input matrix of an MLP in one. */
    GATED_MLP,
    /** The input matrix of an MLP. */
    MLP_IN,
    /** The output matrix of an MLP, cut along its columns. */
    MLP_OUT,
    /** Word embeddings. */
    VOCABULARY
  }
}

package io.shardwright.core.outline;

import io.shardwright.spi.tensor.DType;
import java.util.List;

/**
 * A picture of how one logical tensor is stored in the source and in the target.
 *
 * @param kind the kind of tensor
 * @param name the tensor's name in the target
 * @param dtype the element type in the target
 * @param ranks number of tensor-parallel ranks that the bands' {@code rank} refers to
 * @param byTarget true if these are the target's ranks; false if they are the source's, because the
 *     target has only one
 * @param before the source's tensors
 * @param after the target's tensors, a shard per tensor-parallel rank
 */
public record TensorPicture(
    Kind kind,
    String name,
    DType dtype,
    int ranks,
    boolean byTarget,
    List<Panel> before,
    List<Panel> after) {
  /** The kinds of tensors of which plans have pictures. */
  public enum Kind {
    /** A matrix of queries, keys and values. */
    FUSED_QKV,
    /** Another matrix of attention that is cut over heads, such as of latent attention. */
    ATTENTION,
    /** A matrix of the gate and up projections of a gated MLP. */
    GATED_MLP,
    /** The input matrix of an MLP. */
    MLP_IN,
    /** The output matrix of an MLP, cut along its columns. */
    MLP_OUT,
    /** The experts of a layer, by number, over expert-parallel ranks. */
    EXPERTS,
    /** The word embeddings. */
    VOCABULARY
  }
}

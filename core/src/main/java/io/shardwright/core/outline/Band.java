package io.shardwright.core.outline;

/**
 * A range of rows or columns of a stored tensor that have the same meaning and belong to the same
 * rank.
 *
 * @param from first index along the panel's axis
 * @param to index after the last
 * @param part the meaning of the rows or columns
 * @param group the query group to which they belong, from 0; in a tensor of several matrices of
 *     different sizes, as in linear attention, the number of the matrix; else 0
 * @param rank the tensor-parallel rank to which they belong, one of the picture's ranks
 */
public record Band(long from, long to, Part part, int group, int rank) {
  /** The meanings that rows or columns can have. */
  public enum Part {
    /** The queries of a group. */
    QUERY,
    /** The key of a group. */
    KEY,
    /** The value of a group. */
    VALUE,
    /** The gate projection of a gated MLP. */
    GATE,
    /** The up projection of a gated MLP. */
    UP,
    /** Rows or columns of other tensors. */
    PLAIN,
    /** Vocabulary padding. */
    PADDING
  }
}

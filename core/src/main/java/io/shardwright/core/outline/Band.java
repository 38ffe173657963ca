package io.shardwright.core.outline;

/**
 * Neighbouring rows or columns of a stored tensor that share a meaning and a rank.
 *
 * @param from first index along the panel's axis
 * @param to index after the last
 * @param part what they are
 * @param group which query group they belong to, from 0; 0 for what has no groups
 * @param rank the tensor-parallel rank that they belong to, of the picture's ranks
 */
public record Band(long from, long to, Part part, int group, int rank) {
  /** What rows or columns mean. */
  public enum Part {
    /** Queries of a group. */
    QUERY,
    /** A group's key. */
    KEY,
    /** A group's value. */
    VALUE,
    /** The gate of a gated MLP. */
    GATE,
    /** What the gate is multiplied with. */
    UP,
    /** Nothing special. */
    PLAIN,
    /** Vocabulary rows that stand for no piece. */
    PADDING
  }
}

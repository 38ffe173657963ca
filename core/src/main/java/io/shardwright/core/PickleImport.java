package io.shardwright.core;

/**
 * A Python name that a pickle mentions. Shardwright never resolves it.
 *
 * @param file the member whose pickle it is
 * @param name dotted, such as {@code collections.OrderedDict}
 * @param meaning what Shardwright makes of it
 */
public record PickleImport(String file, String name, Meaning meaning) {
  /** What a name is to Shardwright. */
  public enum Meaning {
    /** Tensors and plain values. */
    DATA,
    /** A record of known fields, carried as data. */
    RECORD,
    /** Carried as opaque data. */
    UNKNOWN,
    /** Would run code in Python. */
    DANGEROUS
  }
}

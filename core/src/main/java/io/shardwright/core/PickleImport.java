package io.shardwright.core;

import java.util.List;

/**
 * A Python name that a pickle mentions. Shardwright never resolves it.
 *
 * @param file the member whose pickle it is
 * @param name dotted, such as {@code collections.OrderedDict}
 * @param meaning what Shardwright makes of it
 * @param effect what it would do in Python, as a sentence without its subject
 * @param calls the alarming calls that it is a part of, as text; none for most names
 */
public record PickleImport(
    String file, String name, Meaning meaning, String effect, List<String> calls) {
  /** What a name is to Shardwright. */
  public enum Meaning {
    /** Tensors and plain values. */
    DATA,
    /** A record of known fields, carried as data. */
    RECORD,
    /** Known, and refused where a tensor is meant. */
    UNSUPPORTED,
    /** Carried as opaque data. */
    UNKNOWN,
    /** A call would do in Python what no weights need. */
    DANGEROUS
  }
}

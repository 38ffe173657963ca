package io.shardwright.core;

import java.util.List;

/**
 * A Python name that a pickle mentions. Shardwright never resolves it.
 *
 * @param file the file of the checkpoint that holds the pickle
 * @param name the dotted name, such as {@code collections.OrderedDict}
 * @param meaning how Shardwright treats it
 * @param effect what it would do in Python, as a sentence without its subject
 * @param calls the dangerous calls that it is a part of, as text; none for most names
 */
public record PickleImport(
    String file, String name, Meaning meaning, String effect, List<String> calls) {
  /** The ways in which Shardwright treats a Python name. */
  public enum Meaning {
    /** The name builds tensors and plain values, which are read. */
    DATA,
    /** The name builds a record of known fields, which is carried as data. */
    RECORD,
    /** The name is known, and refused if a tensor needs it. */
    UNSUPPORTED,
    /** The name is not known; its object is carried as opaque data. */
    UNKNOWN,
    /** The name is called, and its call in Python would do what no weight file needs. */
    DANGEROUS
  }
}

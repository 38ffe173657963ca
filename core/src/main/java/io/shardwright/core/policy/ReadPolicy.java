package io.shardwright.core.policy;

import java.util.Objects;

/**
 * How files from strangers are read.
 *
 * @param limits what they may take
 * @param unknownGlobals what becomes of Python names without a meaning here
 * @param followLinks whether files of a folder may be symbolic links, as they are in the cache of
 *     the Hugging Face hub
 */
public record ReadPolicy(Limits limits, UnknownGlobals unknownGlobals, boolean followLinks) {
  /** The usual one. */
  public static final ReadPolicy STANDARD =
      new ReadPolicy(Limits.STANDARD, UnknownGlobals.KEEP, true);

  /**
   * Checks that nothing is null.
   *
   * @param limits see the record
   * @param unknownGlobals see the record
   * @param followLinks see the record
   */
  public ReadPolicy {
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(unknownGlobals, "unknownGlobals");
  }

  /** What becomes of objects that are neither tensors, plain values nor known records. */
  public enum UnknownGlobals {
    /** They are carried as opaque data where no meaning is needed. */
    KEEP,
    /** A file that holds one is refused. */
    REFUSE
  }
}

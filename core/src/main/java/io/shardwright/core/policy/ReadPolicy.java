package io.shardwright.core.policy;

import java.util.Objects;

/**
 * The rules by which untrusted files are read.
 *
 * @param limits the largest sizes, counts and depths that are accepted
 * @param unknownGlobals the treatment of Python names that Shardwright does not know
 * @param followLinks whether files of a folder may be symbolic links, as they are in the cache of
 *     the Hugging Face hub
 */
public record ReadPolicy(Limits limits, UnknownGlobals unknownGlobals, boolean followLinks) {
  /** The default: standard limits, unknown names kept as opaque data, links followed. */
  public static final ReadPolicy STANDARD =
      new ReadPolicy(Limits.STANDARD, UnknownGlobals.KEEP, true);

  /**
   * Checks that no component is null.
   *
   * @param limits not null
   * @param unknownGlobals not null
   * @param followLinks kept as given
   */
  public ReadPolicy {
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(unknownGlobals, "unknownGlobals");
  }

  /** The treatments of objects that are neither tensors, plain values nor known records. */
  public enum UnknownGlobals {
    /** Carries them as opaque data unless a tensor needs their meaning. */
    KEEP,
    /** Refuses files that hold such an object. */
    REFUSE
  }
}

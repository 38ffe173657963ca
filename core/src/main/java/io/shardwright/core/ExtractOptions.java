package io.shardwright.core;

import java.util.Objects;

/** How files are copied out of a checkpoint: an immutable value. */
public final class ExtractOptions {
  /** Configuration and artifacts, to a new folder in one that is there. */
  public static final ExtractOptions DEFAULT =
      new ExtractOptions(Parts.CONFIG_AND_ARTIFACTS, false, false);

  private final Parts parts;
  private final boolean overwrite;
  private final boolean mkdirs;

  /** What to extract from a checkpoint. */
  public enum Parts {
    /** {@code model_config.yaml}. */
    CONFIG,
    /** Every file that is neither configuration nor weights: tokenizers. */
    ARTIFACTS,
    /** Both of these. */
    CONFIG_AND_ARTIFACTS,
    /** Every member of an archive, weights included. */
    ALL
  }

  private ExtractOptions(Parts parts, boolean overwrite, boolean mkdirs) {
    this.parts = Objects.requireNonNull(parts, "parts");
    this.overwrite = overwrite;
    this.mkdirs = mkdirs;
  }

  /** {@return what to copy} */
  public Parts parts() {
    return parts;
  }

  /** {@return whether an existing folder may be replaced} */
  public boolean overwrite() {
    return overwrite;
  }

  /** {@return whether folders that lack on the way to the new one are made} */
  public boolean mkdirs() {
    return mkdirs;
  }

  /**
   * The same with other parts.
   *
   * @param wanted what to copy
   * @return the options
   */
  public ExtractOptions withParts(Parts wanted) {
    return new ExtractOptions(wanted, overwrite, mkdirs);
  }

  /**
   * The same, replacing an existing folder.
   *
   * @param wanted false by default
   * @return the options
   */
  public ExtractOptions withOverwrite(boolean wanted) {
    return new ExtractOptions(parts, wanted, mkdirs);
  }

  /**
   * The same, making folders that lack on the way.
   *
   * @param wanted false by default
   * @return the options
   */
  public ExtractOptions withMkdirs(boolean wanted) {
    return new ExtractOptions(parts, overwrite, wanted);
  }
}

package io.shardwright.core;

import java.util.Objects;

/** Options for copying files out of a checkpoint. Immutable. */
public final class ExtractOptions {
  /** Copies configuration and artifacts; the target must not exist, its parent folder must. */
  public static final ExtractOptions DEFAULT =
      new ExtractOptions(Parts.CONFIG_AND_ARTIFACTS, false, false);

  private final Parts parts;
  private final boolean overwrite;
  private final boolean mkdirs;

  /** The files to copy out of a checkpoint. */
  public enum Parts {
    /** The configuration: {@code model_config.yaml}. */
    CONFIG,
    /** Every file that is neither configuration nor weights, such as tokenizers. */
    ARTIFACTS,
    /** {@link #CONFIG} and {@link #ARTIFACTS}. */
    CONFIG_AND_ARTIFACTS,
    /** Every member of an archive, including weights. */
    ALL
  }

  private ExtractOptions(Parts parts, boolean overwrite, boolean mkdirs) {
    this.parts = Objects.requireNonNull(parts, "parts");
    this.overwrite = overwrite;
    this.mkdirs = mkdirs;
  }

  /** {@return the files to copy} */
  public Parts parts() {
    return parts;
  }

  /** {@return whether an existing folder may be replaced} */
  public boolean overwrite() {
    return overwrite;
  }

  /** {@return whether missing parent folders of the target are made} */
  public boolean mkdirs() {
    return mkdirs;
  }

  /**
   * Returns a copy with other files to extract.
   *
   * @param wanted the files to copy; by default {@link Parts#CONFIG_AND_ARTIFACTS}
   * @return the copy
   */
  public ExtractOptions withParts(Parts wanted) {
    return new ExtractOptions(wanted, overwrite, mkdirs);
  }

  /**
   * Returns a copy that replaces an existing folder, or refuses to.
   *
   * @param wanted true to replace it; false by default
   * @return the copy
   */
  public ExtractOptions withOverwrite(boolean wanted) {
    return new ExtractOptions(parts, wanted, mkdirs);
  }

  /**
   * Returns a copy that makes missing parent folders of the target, or refuses to.
   *
   * @param wanted true to make them; false by default
   * @return the copy
   */
  public ExtractOptions withMkdirs(boolean wanted) {
    return new ExtractOptions(parts, overwrite, wanted);
  }
}

package io.shardwright.core;

import java.util.List;

/**
 * A format that is read.
 *
 * @param id its name, as {@link TargetFormat} takes it
 * @param origin the jar or folder it was loaded from, or {@link #BUILT_IN}
 * @param isWritten whether it is written too
 * @param keeps what a target of it can keep: {@code grid} (ranks), {@code config} (NeMo's
 *     configuration), {@code tokenizer}, {@code optimizer}, {@code architecture} (a Hugging Face
 *     class), {@code stored} (every tensor as it is stored, of whatever family)
 */
public record FormatDescription(String id, String origin, boolean isWritten, List<String> keeps) {
  /** Where the engine's own formats come from. */
  public static final String BUILT_IN = "built in";

  /**
   * Copies the list.
   *
   * @param id its name
   * @param origin where it comes from
   * @param isWritten whether it is written too
   * @param keeps what a target of it can keep
   */
  public FormatDescription {
    keeps = List.copyOf(keeps);
  }
}

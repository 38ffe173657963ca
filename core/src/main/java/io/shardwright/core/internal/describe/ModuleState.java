package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.spi.RankCoordinate;

/**
 * The {@code _extra_state} of a module, which it keeps besides its parameters: nothing, bytes, or a
 * tensor of bytes. Transformer Engine keeps there what it measured for 8-bit numbers, so that ranks
 * differ in it, in size too.
 *
 * @param name with the format's prefix, layers numbered in the whole model
 * @param rank where the source has it; the first for a distributed checkpoint
 */
public record ModuleState(String name, RankCoordinate rank, Content content) {
  /** The end of its name. */
  public static final String SUFFIX = "._extra_state";

  /** A value or a tensor. */
  public sealed interface Content {}

  /** A value that the pickle holds whole. */
  public record Value(PickleValue value) implements Content {}

  /** A tensor of a file. */
  public record Stored(String member, SourceTensor tensor) implements Content {}

  /** Whether a name is that of a module's state rather than of a parameter. */
  public static boolean isName(String name) {
    return name.endsWith(SUFFIX);
  }
}

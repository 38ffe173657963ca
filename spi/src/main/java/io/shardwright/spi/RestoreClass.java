package io.shardwright.spi;

/**
 * A class name by which checkpoints say what restores them. It is compared as text and never
 * loaded.
 *
 * @param kind whose name it is
 * @param name as the checkpoint spells it
 */
public record RestoreClass(Kind kind, String name) {
  /** Whose classes are meant. */
  public enum Kind {
    /** The {@code target:} of a NeMo configuration: a dotted Python path. */
    NEMO,
    /** An entry of {@code architectures} in a Hugging Face {@code config.json}. */
    HUGGING_FACE
  }

  /**
   * A NeMo class.
   *
   * @param target dotted Python path
   * @return the declaration
   */
  public static RestoreClass nemo(String target) {
    return new RestoreClass(Kind.NEMO, target);
  }
}

package io.shardwright.spi;

/**
 * The name of the class that restores a checkpoint, as the checkpoint states it. It is compared as
 * text; no class is loaded.
 *
 * @param kind the kind of checkpoint that states it
 * @param name the name as the checkpoint spells it
 */
public record RestoreClass(Kind kind, String name) {
  /** The kinds of checkpoints that state a class. */
  public enum Kind {
    /** The {@code target:} of a NeMo configuration: a dotted Python path. */
    NEMO,
    /** An entry of {@code architectures} in a Hugging Face {@code config.json}. */
    HUGGING_FACE
  }

  /**
   * Makes the name of a NeMo class.
   *
   * @param target dotted Python path, as {@code target:} has it
   * @return the name
   */
  public static RestoreClass nemo(String target) {
    return new RestoreClass(Kind.NEMO, target);
  }
}

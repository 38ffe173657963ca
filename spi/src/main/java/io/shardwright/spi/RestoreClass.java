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
    HUGGING_FACE,
    /** The class that makes the model in Megatron: a dotted Python path. */
    MEGATRON
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

  /**
   * Makes the name of a class of Megatron.
   *
   * @param target dotted Python path, as {@code _target_} of Megatron-Bridge has it; {@code
   *     argparse.Namespace} for the arguments of Megatron-LM
   * @return the name
   */
  public static RestoreClass megatron(String target) {
    return new RestoreClass(Kind.MEGATRON, target);
  }
}

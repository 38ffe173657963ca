package io.shardwright.core.internal.describe;

import java.util.regex.Pattern;

/**
 * Names and rules of the tensors that an optimizer keeps for each parameter. They are named as
 * Megatron-Core names them in distributed checkpoints, whatever file they come from: {@code
 * optimizer.state.exp_avg.} and the parameter's name (Megatron-LM core_v0.5.0, {@code
 * megatron/core/dist_checkpointing/optimizer.py}). They are cut as the parameter is.
 */
public final class Companions {
  private static final String PREFIX = "optimizer.state.";

  /** Whatever is an optimizer's has it. */
  private static final String WORD = "optim";

  private static final Pattern FLAT = Pattern.compile("(chained_[0-9]+\\.)?optimizer\\.");

  /** PyTorch has the parameter's name before the kind, and any words before these. */
  private static final Pattern OF_PYTORCH =
      Pattern.compile(
          "(?:.*\\.)?optim(?:izers?|s)?(?:_states?)?(?:_[0-9]+)?\\..*"
              + "\\.(?:exp_avg|exp_avg_sq|max_exp_avg_sq|step|momentum_buffer|square_avg|exp_inf|sum)");

  private Companions() {}

  /** The name of a parameter's companion. */
  public static String name(String kind, String parameter) {
    return PREFIX + kind + "." + parameter;
  }

  /** Whether a name is a companion's. */
  public static boolean isCompanion(String name) {
    return name.startsWith(PREFIX) && !OF_PYTORCH.matcher(name).matches();
  }

  /**
   * Whether a name is an optimizer's that no parameter's name tells: flat buffers, and a chain's
   * (Megatron-LM core_v0.16.0, {@code megatron/core/optimizer/distrib_optimizer.py}), and
   * PyTorch's.
   */
  public static boolean isFlat(String name) {
    return name.contains(WORD)
        && (FLAT.matcher(name).lookingAt() || OF_PYTORCH.matcher(name).matches())
        && !isCompanion(name);
  }

  /** Whether a name is an optimizer's. */
  public static boolean isState(String name) {
    return isCompanion(name) || isFlat(name);
  }

  /** What stands before the parameter's name; nothing where the name is no companion's. */
  public static String prefix(String name) {
    return isCompanion(name) ? name.substring(0, name.indexOf('.', PREFIX.length()) + 1) : "";
  }
}

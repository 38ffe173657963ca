package io.shardwright.core.internal.describe;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Traits.Flag;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Names and rules of the tensors that an optimizer keeps for each parameter. They are named as
 * Megatron-Core names them in distributed checkpoints, whatever file they come from: {@code
 * optimizer.state.exp_avg.} and the parameter's name (Megatron-LM core_v0.5.0, {@code
 * megatron/core/dist_checkpointing/optimizer.py}). They are cut as the parameter is.
 *
 * <p>A distributed optimizer stores the master weights as {@code param} in place of {@code
 * fp32_param}, and of several optimizers a number stands before each name (core_v0.19.0, {@code
 * megatron/core/optimizer/distrib_optimizer.py} and {@code optimizer.py}, ChainedOptimizer).
 */
public final class Companions {
  /** The kind of the master weights. */
  public static final String MASTER = "fp32_param";

  private static final Set<String> ADAM = Set.of("exp_avg", "exp_avg_sq");
  private static final Set<String> STATES = Set.of("exp_avg", "exp_avg_sq", MASTER);

  /** Whatever is an optimizer's has it. */
  private static final String WORD = "optim";

  private static final String PREFIX = "optimizer.state.";
  private static final String CHAINED = "chained_";
  private static final String CHAIN = "(?:" + CHAINED + "[0-9]+\\.)?";

  private static final Pattern STORED =
      Pattern.compile(CHAIN + Pattern.quote(PREFIX) + "([^.]+)\\.");

  private static final Pattern FLAT = Pattern.compile(CHAIN + "optimizer\\.");

  /** PyTorch has the parameter's name before the kind, and any words before these. */
  private static final Pattern BEFORE_KIND =
      Pattern.compile("(?:.*\\.)?optim(?:izers?|s)?(?:_states?)?(?:_[0-9]+)?\\..*");

  private static final Set<String> OF_PYTORCH =
      Set.of(
          "exp_avg",
          "exp_avg_sq",
          "max_exp_avg_sq",
          "step",
          "momentum_buffer",
          "square_avg",
          "exp_inf",
          "sum");

  private Companions() {}

  /** The name of a parameter's companion. */
  public static String name(String kind, String parameter) {
    return PREFIX + kind + "." + parameter;
  }

  /** Whether a name is a companion's. */
  public static boolean isCompanion(String name) {
    return (name.startsWith(PREFIX) || name.startsWith(CHAINED))
        && STORED.matcher(name).lookingAt()
        && !isOfPyTorch(name);
  }

  private static boolean isOfPyTorch(String name) {
    int dot = name.lastIndexOf('.');
    return OF_PYTORCH.contains(name.substring(dot + 1))
        && BEFORE_KIND.matcher(name.substring(0, Math.max(dot, 0))).matches();
  }

  /**
   * Whether a name is an optimizer's that no parameter's name tells: flat buffers (Megatron-LM
   * core_v0.16.0, {@code megatron/core/optimizer/distrib_optimizer.py}), and PyTorch's.
   */
  public static boolean isFlat(String name) {
    return name.contains(WORD)
        && (FLAT.matcher(name).lookingAt() || isOfPyTorch(name))
        && !isCompanion(name);
  }

  /** Whether an optimizer knows the parameters of a row; buffers it doesn't. */
  public static boolean knows(ParameterRule row) {
    return !row.traits().rotary() && !row.traits().has(Flag.FLOAT32);
  }

  /**
   * Why states are not Adam's, the only ones whose meaning is known.
   *
   * @param kinds of all states
   * @return a sentence's end; empty where they are
   */
  public static Optional<String> otherThanAdam(Set<String> kinds) {
    return kinds.containsAll(ADAM) && STATES.containsAll(kinds)
        ? Optional.empty()
        : Optional.of(
            "which has "
                + kinds.stream().sorted().collect(Collectors.joining(", "))
                + ", expected Adam's exp_avg and exp_avg_sq");
  }

  /** Whether a name is an optimizer's. */
  public static boolean isState(String name) {
    return isCompanion(name) || isFlat(name);
  }

  /** What stands before the parameter's name; nothing where the name is no companion's. */
  public static String prefix(String name) {
    return isCompanion(name) ? stored(name).group() : "";
  }

  /** The kind of a companion; nothing where the name is none's. */
  public static String kind(String name) {
    String kind = isCompanion(name) ? stored(name).group(1) : "";
    return kind.equals("param") ? MASTER : kind;
  }

  private static MatchResult stored(String name) {
    Matcher stored = STORED.matcher(name);
    stored.lookingAt();
    return stored.toMatchResult();
  }

  /** The name that a companion has here, whichever optimizer stored it; others keep theirs. */
  public static String canonical(String name) {
    return isCompanion(name) ? name(kind(name), name.substring(prefix(name).length())) : name;
  }
}

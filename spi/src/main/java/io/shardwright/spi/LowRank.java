package io.shardwright.spi;

import java.util.Optional;

/**
 * What the two factors of a low-rank change to a weight are called (LoRA, Hu et al. 2021,
 * arXiv:2106.09685): the weight becomes {@code W + scale * B * A}. The names are canonical ones,
 * made of the weight's own.
 *
 * <p>A has shape {@code [rank, input features]}, B has {@code [output features, rank]}; features
 * stand as in the canonical weight.
 */
public final class LowRank {
  private static final String WEIGHT = ".weight";
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";

  private LowRank() {}

  /**
   * The factor that takes the weight's input.
   *
   * @param weight canonical name, ends in {@code .weight}
   * @return A's canonical name
   */
  public static String a(String weight) {
    return module(weight) + A;
  }

  /**
   * The factor that gives the weight's output.
   *
   * @param weight canonical name, ends in {@code .weight}
   * @return B's canonical name
   */
  public static String b(String weight) {
    return module(weight) + B;
  }

  /**
   * The weight that a factor changes.
   *
   * @param factor canonical name
   * @return empty where the name is no factor's
   */
  public static Optional<String> weight(String factor) {
    boolean either = factor.endsWith(A) || factor.endsWith(B);
    return either
        ? Optional.of(factor.substring(0, factor.length() - A.length()) + WEIGHT)
        : Optional.empty();
  }

  private static String module(String weight) {
    if (!weight.endsWith(WEIGHT)) {
      throw new IllegalArgumentException("'" + weight + "' is no weight's name");
    }
    return weight.substring(0, weight.length() - WEIGHT.length());
  }
}

package io.shardwright.spi;

import java.util.Optional;

/**
 * The canonical names of the two LoRA factors of a weight (Hu et al. 2021, arXiv:2106.09685): the
 * adapted weight is {@code W + scale * B * A}.
 *
 * <p>A has the shape {@code [rank, input features]}, B the shape {@code [output features, rank]};
 * the features have the order of the canonical weight.
 */
public final class LowRank {
  private static final String WEIGHT = ".weight";
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";

  private LowRank() {}

  /**
   * Returns the name of factor A, which is applied to the weight's input.
   *
   * @param weight the weight's canonical name, which ends in {@code .weight}
   * @return the name, which ends in {@code .lora_A.weight}
   * @throws IllegalArgumentException if {@code weight} does not end in {@code .weight}
   */
  public static String a(String weight) {
    return module(weight) + A;
  }

  /**
   * Returns the name of factor B, which yields the weight's output.
   *
   * @param weight the weight's canonical name, which ends in {@code .weight}
   * @return the name, which ends in {@code .lora_B.weight}
   * @throws IllegalArgumentException if {@code weight} does not end in {@code .weight}
   */
  public static String b(String weight) {
    return module(weight) + B;
  }

  /**
   * Returns the name of the weight that a factor belongs to.
   *
   * @param factor a canonical name
   * @return the weight's canonical name; empty if the name is not that of a factor
   */
  public static Optional<String> weight(String factor) {
    boolean either = factor.endsWith(A) || factor.endsWith(B);
    return either
        ? Optional.of(factor.substring(0, factor.length() - A.length()) + WEIGHT)
        : Optional.empty();
  }

  private static String module(String weight) {
    if (!weight.endsWith(WEIGHT)) {
      throw new IllegalArgumentException("'" + weight + "' is not a weight's name");
    }
    return weight.substring(0, weight.length() - WEIGHT.length());
  }
}

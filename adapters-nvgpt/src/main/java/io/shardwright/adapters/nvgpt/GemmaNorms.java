package io.shardwright.adapters.nvgpt;

import io.shardwright.spi.KeyRule;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Norms of the first Gemma, which multiply by 1 + w. NeMo 1 keeps 1 + w ({@code
 * convert_gemma_hf_to_nemo.py} of NeMo 2.0.0), Megatron-Core's formats keep w and a flag
 * (Megatron-Bridge 0.6.2, {@code gemma_provider.py}). All other models that have the flag are
 * without a word of NeMo's, and keep w everywhere.
 */
final class GemmaNorms {
  private static final String CENTERED = "layernorm_zero_centered_gamma";
  private static final String SCALED = "apply_embedding_scaling";
  private static final String ON = "true";
  private static final String UNNAMED = "null";

  private static final Set<String> NORMS =
      Set.of(
          McoreGptTable.QKV + "layer_norm_weight",
          McoreGptTable.UP + "layer_norm_weight",
          McoreGptTable.NORM + "weight");

  private GemmaNorms() {}

  /** That Megatron-Core's formats have the flag. */
  static KeyRule inMegatron() {
    return KeyRule.megatron(CENTERED, ON)
        .is("null", "false")
        .when(SCALED, ON)
        .when(McoreGptTable.NAME, UNNAMED);
  }

  /** The rows of any model, with norms that are less by 1 in such a Gemma. */
  static ParameterTable in(ParameterTable rows) {
    return new ParameterTable(
        rows.rules().stream()
            .flatMap(rule -> isNorm(rule) ? norm(rule) : Stream.of(rule))
            .toList());
  }

  /** Of a model without experts, as such a Gemma is. */
  private static boolean isNorm(ParameterRule rule) {
    return NORMS.contains(rule.pattern())
        && rule.conditions().stream()
            .noneMatch(told -> told.negated() && told.key().equals(McoreGptTable.EXPERTS));
  }

  private static Stream<ParameterRule> norm(ParameterRule norm) {
    return Stream.of(
        norm.unless(SCALED, ON),
        norm.when(SCALED, ON).unless(McoreGptTable.NAME, UNNAMED),
        first(norm).unless(CENTERED, ON),
        first(norm.less(1)).when(CENTERED, ON));
  }

  private static ParameterRule first(ParameterRule norm) {
    return norm.when(SCALED, ON).when(McoreGptTable.NAME, UNNAMED);
  }
}

package io.shardwright.core.internal.plan;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import java.util.List;
import java.util.OptionalLong;

/**
 * How many vocabulary rows a grid needs: the true size, rounded up to a multiple of {@code
 * make_vocab_size_divisible_by} times the tensor-parallel size (NeMo v1.23.0, {@code
 * megatron_base_model.py}, {@code _vocab_size_with_padding}).
 *
 * @param given the true size where the user says it
 */
record Vocabulary(String source, ModelConfig config, OptionalLong given) {
  private static final long DIVISIBLE_BY = 128;

  /**
   * The padded rows for a tensor-parallel size.
   *
   * @param present the rows the source has
   * @throws PlanRejectedException if the true size is needed and unknown, or contradicts the rows
   */
  long rows(long present, int sourceRanks, int ranks) {
    OptionalLong override = config.integer("override_vocab_size");
    if (given.isEmpty() && override.isPresent()) {
      return override.getAsLong();
    }
    if (given.isPresent()) {
      require(
          padded(given.getAsLong(), sourceRanks) == present,
          "--vocab-size "
              + given.getAsLong()
              + " pads to "
              + padded(given.getAsLong(), sourceRanks)
              + " rows for the source, which has "
              + present
              + ": give the tokenizer's size");
      return padded(given.getAsLong(), ranks);
    }
    // Blocks of the larger size consist of whole blocks of the smaller one: nothing to know.
    boolean nested = ranks % sourceRanks == 0;
    boolean same = padded(present - block(sourceRanks) + 1, ranks) == padded(present, ranks);
    require(
        nested || same,
        "the number of vocabulary rows for tensor_model_parallel_size="
            + ranks
            + " depends on the true vocabulary size, which the file does not say:"
            + " give it with --vocab-size");
    return padded(present, ranks);
  }

  private long block(int ranks) {
    return Math.multiplyExact(
        config.integer("make_vocab_size_divisible_by").orElse(DIVISIBLE_BY), ranks);
  }

  private long padded(long size, int ranks) {
    long block = block(ranks);
    return Math.multiplyExact((size + block - 1) / block, block);
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new PlanRejectedException(ErrorCode.PLAN_IMPOSSIBLE, source, List.of(otherwise));
    }
  }
}

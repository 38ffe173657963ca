package io.shardwright.core.internal.plan;

import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How many vocabulary rows a grid needs: the true size, rounded up to a multiple of {@code
 * make_vocab_size_divisible_by} times the tensor-parallel size (NeMo v1.23.0, {@code
 * megatron_base_model.py}, {@code _vocab_size_with_padding}).
 *
 * @param size what is known of the true one
 */
record Vocabulary(String source, ModelConfig config, VocabularySize size) {
  private static final long DIVISIBLE_BY = 128;
  private static final String OVERRIDE = "override_vocab_size";

  /**
   * The padded rows for a tensor-parallel size.
   *
   * @param present the rows the source has
   * @throws PlanRejectedException if the true size is needed and unknown, or contradicts the rows
   */
  long rows(long present, int sourceRanks, int ranks) {
    OptionalLong stated = size.stated();
    if (stated.isPresent()) {
      require(
          padded(stated.getAsLong(), sourceRanks) == present,
          "vocabulary size "
              + stated.getAsLong()
              + " pads to "
              + padded(stated.getAsLong(), sourceRanks)
              + " rows for the source, which has "
              + present
              + ": give the tokenizer's size with "
              + Setting.VOCAB_SIZE.inText());
      return padded(stated.getAsLong(), ranks);
    }
    OptionalLong override = config.count(OVERRIDE, 1);
    if (override.isPresent()) {
      return multiple(override.getAsLong(), ranks);
    }
    OptionalLong tokenizer = size.tokenizer();
    if (tokenizer.isPresent() && padded(tokenizer.getAsLong(), sourceRanks) == present) {
      return padded(tokenizer.getAsLong(), ranks);
    }
    // Blocks of the larger size consist of whole blocks of the smaller one: nothing to know.
    boolean nested = ranks % sourceRanks == 0;
    boolean same = padded(present - block(sourceRanks) + 1, ranks) == padded(present, ranks);
    require(
        nested || same,
        "the number of vocabulary rows for tensor_model_parallel_size="
            + ranks
            + " depends on the true vocabulary size, which the file does not say:"
            + " give it with "
            + Setting.VOCAB_SIZE.inText());
    return padded(present, ranks);
  }

  /** The rows without padding; all that are there where nobody knows better. */
  long trueRows(long present) {
    OptionalLong stated = size.stated();
    long rows = stated.isPresent() ? stated.getAsLong() : config.count(OVERRIDE, 1).orElse(present);
    require(
        rows <= present,
        "vocabulary size " + rows + " is over the " + present + " rows that are there");
    return rows;
  }

  /** The rows without padding, where somebody knows and is believed; empty otherwise. */
  OptionalLong known(long present, int ranks) {
    OptionalLong stated = size.stated().isPresent() ? size.stated() : config.count(OVERRIDE, 1);
    OptionalLong tokenizer = size.tokenizer();
    boolean fits = tokenizer.isPresent() && padded(tokenizer.getAsLong(), ranks) == present;
    OptionalLong rows = stated.isPresent() ? stated : fits ? tokenizer : OptionalLong.empty();
    return rows.isPresent() && rows.getAsLong() <= present ? rows : OptionalLong.empty();
  }

  /**
   * The change of configuration that other rows need, where it states their number.
   *
   * @param rows the target's
   */
  Optional<ConfigEdit> change(long rows) {
    OptionalLong override = config.count(OVERRIDE, 1);
    return override.isPresent() && override.getAsLong() != rows
        ? Optional.of(
            new ConfigEdit(OVERRIDE, Long.toString(override.getAsLong()), Long.toString(rows)))
        : Optional.empty();
  }

  private long block(int ranks) {
    return times(config.count("make_vocab_size_divisible_by", 1).orElse(DIVISIBLE_BY), ranks);
  }

  private long padded(long size, int ranks) {
    return multiple(size, block(ranks));
  }

  private static long multiple(long size, long block) {
    return times(size / block + (size % block == 0 ? 0 : 1), block);
  }

  /** A product; one that is too large is no number of rows that anything has. */
  private static long times(long one, long other) {
    return Math.multiplyHigh(one, other) == 0 && one * other >= 0 ? one * other : Long.MAX_VALUE;
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new PlanRejectedException(ErrorCode.PLAN_IMPOSSIBLE, source, List.of(otherwise));
    }
  }
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * How many vocabulary rows a grid needs: the true size, rounded up to a multiple of {@code
 * make_vocab_size_divisible_by} times the tensor-parallel size (NeMo v1.23.0, {@code
 * megatron_base_model.py}, {@code _vocab_size_with_padding}).
 *
 * @param size what is known of the true one
 * @param anyRanks whether the rows are those of an array
 */
record Vocabulary(String source, ModelConfig config, VocabularySize size, boolean anyRanks) {
  private static final int MOST_RANKS = 1024;
  private static final long DIVISIBLE_BY = 128;
  private static final String OVERRIDE = "override_vocab_size";
  private static final String DIVISOR = "make_vocab_size_divisible_by";

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
          fits(stated.getAsLong(), sourceRanks, present),
          "vocabulary size "
              + stated.getAsLong()
              + " pads to "
              + padded(stated.getAsLong(), sourceRanks)
              + " rows for the source, which has "
              + present
              + ": give the tokenizer's size with "
              + Setting.VOCAB_SIZE.inText());
      return wanted(stated.getAsLong(), ranks);
    }
    OptionalLong override = config.count(OVERRIDE, 1);
    if (override.isPresent()) {
      return multiple(override.getAsLong(), times(size.divisor().orElse(1), ranks));
    }
    OptionalLong tokenizer = size.tokenizer();
    if (tokenizer.isPresent() && fits(tokenizer.getAsLong(), sourceRanks, present)) {
      return wanted(tokenizer.getAsLong(), ranks);
    }
    // Blocks of the larger size consist of whole blocks of the smaller one: nothing to know.
    boolean nested = wantedBlock(ranks) % block(sourceRanks) == 0;
    boolean same = wanted(present - block(sourceRanks) + 1, ranks) == wanted(present, ranks);
    require(
        nested || same,
        "the number of vocabulary rows for tensor_model_parallel_size="
            + ranks
            + " depends on the true vocabulary size, which the file does not state: give it with "
            + Setting.VOCAB_SIZE.inText());
    return wanted(present, ranks);
  }

  /**
   * Whether rows can be so many with their padding. An array is for any ranks: it may have been
   * padded for others than its configuration says.
   */
  private boolean fits(long rows, int ranks, long present) {
    boolean exact = config.count(OVERRIDE, 1).orElse(0) == present && rows <= present;
    return exact
        || padded(rows, ranks) == present
        || anyRanks
            && IntStream.rangeClosed(1, MOST_RANKS).anyMatch(n -> padded(rows, n) == present);
  }

  /** The rows without padding; all that are there where nobody knows better. */
  long trueRows(long present) {
    OptionalLong stated = size.stated();
    long rows = stated.isPresent() ? stated.getAsLong() : config.count(OVERRIDE, 1).orElse(present);
    require(
        rows <= present, "vocabulary size " + rows + " is over the " + present + " stored rows");
    return rows;
  }

  /** The rows without padding, where somebody knows and is believed; empty otherwise. */
  OptionalLong known(long present, int ranks) {
    OptionalLong stated = size.stated().isPresent() ? size.stated() : config.count(OVERRIDE, 1);
    OptionalLong tokenizer = size.tokenizer();
    boolean fits = tokenizer.isPresent() && fits(tokenizer.getAsLong(), ranks, present);
    OptionalLong rows = stated.isPresent() ? stated : fits ? tokenizer : OptionalLong.empty();
    return rows.isPresent() && rows.getAsLong() <= present ? rows : OptionalLong.empty();
  }

  /**
   * The changes of configuration that other rows need, where it states their number or how they are
   * padded.
   *
   * @param rows the target's
   */
  List<ConfigEdit> changes(long rows) {
    var changes = new ArrayList<ConfigEdit>();
    config.count(OVERRIDE, 1).ifPresent(from -> change(OVERRIDE, from, rows, changes));
    size.divisor()
        .ifPresent(
            to -> change(DIVISOR, config.count(DIVISOR, 1).orElse(DIVISIBLE_BY), to, changes));
    return changes;
  }

  private static void change(String key, long from, long to, List<ConfigEdit> changes) {
    if (from != to) {
      changes.add(new ConfigEdit(key, Long.toString(from), Long.toString(to)));
    }
  }

  private long wantedBlock(int ranks) {
    return times(size.divisor().orElse(block(1)), ranks);
  }

  /** The rows of the target. */
  private long wanted(long rows, int ranks) {
    return multiple(rows, wantedBlock(ranks));
  }

  private long block(int ranks) {
    return times(config.count(DIVISOR, 1).orElse(DIVISIBLE_BY), ranks);
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

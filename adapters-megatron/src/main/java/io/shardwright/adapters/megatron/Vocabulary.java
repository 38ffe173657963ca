package io.shardwright.adapters.megatron;

import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.format.ContainedTensor;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The rows of the vocabulary, which are padded to a multiple of a block and the ranks.
 *
 * @param rows that are stored; empty where there is no embedding
 * @param size the true one, if it is stated
 * @param pieces of the tokenizer, if there is one
 * @param ranks over which rows were padded
 */
record Vocabulary(OptionalLong rows, OptionalLong size, OptionalLong pieces, long ranks) {
  private static final String WORDS = "embedding.word_embeddings.weight";
  private static final String BLOCK = "make_vocab_size_divisible_by";
  private static final String OVERRIDE = "override_vocab_size";

  /** How many rows are stored. */
  static OptionalLong rows(Map<String, ? extends ContainedTensor> tensors) {
    return tensors.entrySet().stream()
        .filter(tensor -> tensor.getKey().endsWith(WORDS))
        .filter(tensor -> !tensor.getKey().contains("optimizer."))
        .map(tensor -> tensor.getValue().spec().shape())
        .filter(shape -> shape.rank() > 0)
        .mapToLong(shape -> shape.dim(0))
        .findFirst();
  }

  /**
   * The configuration of so many rows: NeMo pads the tokenizer's size to the block that it states,
   * times the ranks, and here there is one.
   */
  Configuration in(Configuration config) {
    OptionalLong stated = config.count(BLOCK, 1);
    if (rows.isEmpty() || rows.getAsLong() == 0 || stated.isEmpty()) {
      return config;
    }
    long own = stated.getAsLong();
    for (long block : new long[] {own, own * Math.max(1, Math.min(ranks, rows.getAsLong()))}) {
      if (gives(size, block) && gives(pieces, block) && rows.getAsLong() % block == 0) {
        return config.with(BLOCK, Long.toString(block));
      }
    }
    return config
        .with(BLOCK, Long.toString(Long.lowestOneBit(rows.getAsLong())))
        .with(OVERRIDE, Long.toString(rows.getAsLong()));
  }

  /** Whether a size padded to a block is the number of rows; one that isn't known may be. */
  private boolean gives(OptionalLong from, long block) {
    return from.isEmpty()
        || Math.floorDiv(from.getAsLong() + block - 1, block) * block == rows.getAsLong();
  }
}

package io.shardwright.adapters.megatron;

import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.format.ContainedTensor;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The rows of the vocabulary, which are padded to a multiple of a block and the ranks.
 *
 * @param stored the rows
 * @param size the true one, if it is stated
 * @param pieces of the tokenizer, if there is one
 * @param ranks over which rows were padded
 */
record Vocabulary(Stored stored, OptionalLong size, OptionalLong pieces, long ranks) {
  /**
   * Rows that are stored.
   *
   * @param rows of all ranks; empty where there is no embedding
   * @param ranks over which they are cut
   */
  record Stored(OptionalLong rows, long ranks) {}

  private static final String WORDS = "embedding.word_embeddings.weight";
  private static final String BLOCK = "make_vocab_size_divisible_by";
  private static final String OVERRIDE = "override_vocab_size";

  /** The rows of a checkpoint that was written for so many ranks; 1 where they can't be cut so. */
  static Stored stored(Map<String, ? extends ContainedTensor> tensors, long ranks) {
    OptionalLong rows = rows(tensors);
    return new Stored(rows, rows.orElse(0) % ranks == 0 ? ranks : 1);
  }

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
   * times the ranks over which the rows are cut.
   */
  Configuration in(Configuration config) {
    OptionalLong stated = config.count(BLOCK, 1);
    long rows = stored.rows().orElse(0);
    if (rows == 0 || stated.isEmpty()) {
      return config;
    }
    long own = stated.getAsLong();
    for (long block : new long[] {own, own * Math.max(1, Math.min(ranks, rows))}) {
      long whole = block * stored.ranks();
      if (gives(size, whole) && gives(pieces, whole) && rows % whole == 0) {
        return config.with(BLOCK, Long.toString(block));
      }
    }
    return config
        .with(BLOCK, Long.toString(Long.lowestOneBit(rows / stored.ranks())))
        .with(OVERRIDE, Long.toString(rows));
  }

  /** Whether a size padded to a block is the number of rows; one that isn't known may be. */
  private boolean gives(OptionalLong from, long block) {
    return from.isEmpty()
        || Math.floorDiv(from.getAsLong() + block - 1, block) * block == stored.rows().getAsLong();
  }
}

package io.shardwright.adapters.megatron;

import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.format.ContainedTensor;
import java.util.Map;
import java.util.OptionalLong;

/** The rows of the vocabulary, which are padded to a multiple of a block and the ranks. */
final class Vocabulary {
  private static final String WORDS = "embedding.word_embeddings.weight";
  private static final String BLOCK = "make_vocab_size_divisible_by";
  private static final String OVERRIDE = "override_vocab_size";

  private Vocabulary() {}

  /** How many rows are stored; empty where there is no embedding. */
  static OptionalLong rows(Map<String, ? extends ContainedTensor> tensors) {
    return tensors.entrySet().stream()
        .filter(tensor -> tensor.getKey().endsWith(WORDS))
        .filter(tensor -> !tensor.getKey().startsWith("optimizer."))
        .map(tensor -> tensor.getValue().spec().shape())
        .filter(shape -> shape.rank() > 0)
        .mapToLong(shape -> shape.dim(0))
        .findFirst();
  }

  /**
   * The configuration of so many rows: NeMo pads the true size to the block that it states, times
   * the ranks, and here there is one.
   *
   * @param size the true one, if it is known
   * @param ranks over which rows were padded
   */
  static Configuration padded(
      Configuration config, OptionalLong rows, OptionalLong size, long ranks) {
    if (rows.isEmpty() || config.count(BLOCK, 1).isEmpty()) {
      return config;
    }
    long stored = rows.getAsLong();
    long block = config.count(BLOCK, 1).getAsLong();
    long both = block * Math.max(1, Math.min(ranks, stored));
    if (size.isPresent() && up(size.getAsLong(), block) != stored) {
      return up(size.getAsLong(), both) == stored
          ? config.with(BLOCK, Long.toString(both))
          : config.with(OVERRIDE, Long.toString(stored));
    }
    return stored % block == 0
        ? config
        : config.with(BLOCK, Long.toString(Long.lowestOneBit(stored)));
  }

  private static long up(long size, long block) {
    return Math.floorDiv(size + block - 1, block) * block;
  }
}

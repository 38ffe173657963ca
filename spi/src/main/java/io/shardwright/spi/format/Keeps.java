package io.shardwright.spi.format;

/** What a target of a format can keep, or be asked for. */
public enum Keeps {
  /** Ranks, with a naming and a layout. */
  GRID,
  /** NeMo's configuration. */
  CONFIG,
  /** A tokenizer that is given. */
  TOKENIZER,
  /** An optimizer's state. */
  OPTIMIZER,
  /** A Hugging Face class, and shards of a size. */
  ARCHITECTURE,
  /** Every stored tensor as it is, of no family. */
  STORED
}

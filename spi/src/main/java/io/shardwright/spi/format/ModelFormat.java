package io.shardwright.spi.format;

import java.util.Optional;

/**
 * A format of whole models: tensors in containers, and documents that say what the model is. It
 * says which file is what; the engine opens, reads, limits, writes and verifies. Implementations
 * have a public no-argument constructor, keep no state, are safe for use by several threads, and
 * are found with {@link java.util.ServiceLoader}. A format of tensors alone is a {@link
 * TensorFormat}.
 */
public interface ModelFormat {
  /**
   * The format's name, as {@code convert --to} takes it.
   *
   * @return lower-case letters, digits, hyphens and underscores; no two formats have the same
   */
  String id();

  /**
   * Whether a file or folder is of this format, told by the names of its files or by a small
   * document. It is asked before the engine's own formats; where several say true, the first by
   * name reads it.
   *
   * @param files what is there
   * @return true where it is; a {@link io.shardwright.spi.error.CheckpointException} that is thrown
   *     counts as false
   */
  boolean recognizes(StoredFiles files);

  /**
   * Whether it holds a change of a model, such as a LoRA, and no model.
   *
   * @return true if what {@link #read} gives has {@linkplain StoredModel.Builder#lowRank products}
   */
  default boolean isAdapter() {
    return false;
  }

  /**
   * Reads the documents, and the headers of the containers. No value of a tensor is read here.
   *
   * @param files what {@link #recognizes} said true of
   * @param models the classes that families declare, and the engine of dialects
   * @return what it holds
   * @throws io.shardwright.spi.error.UnrecognizedCheckpointException if no family knows the model
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is damaged, or contradicts
   *     itself
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if it is what is not read
   */
  StoredModel read(StoredFiles files, KnownModels models);

  /**
   * How it is written where it is a folder of shards.
   *
   * @return empty where it is none, or read alone
   */
  default Optional<ModelLayout> layout() {
    return Optional.empty();
  }

  /**
   * How it is written where it has ranks. A format has one layout or the other.
   *
   * @return empty where it has none, or is read alone
   */
  default Optional<GridLayout> gridLayout() {
    return Optional.empty();
  }

  /**
   * How it is written with a torch file for each rank, where the user asks for that, or a
   * checkpoint of this format that has such files is cut again.
   *
   * @return empty where it has none
   */
  default Optional<RankLayout> rankLayout() {
    return Optional.empty();
  }
}

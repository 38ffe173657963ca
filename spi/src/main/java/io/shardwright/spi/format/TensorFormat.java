package io.shardwright.spi.format;

import io.shardwright.spi.tensor.DType;
import java.util.Optional;

/**
 * A format of a third party's own: tensors by name, in one file or in the files of one folder. It
 * says where the tensors lie and how they are laid out; the engine opens, reads, writes, limits and
 * verifies. Implementations have a public no-argument constructor, keep no state, are safe for use
 * by several threads, and are found with {@link java.util.ServiceLoader}.
 */
public interface TensorFormat {
  /**
   * The format's name, as {@code convert --to} takes it.
   *
   * @return lower-case letters, digits, hyphens and underscores; no two formats have the same
   */
  String id();

  /**
   * Whether a file or folder is of this format, told by what it holds and never by its name. The
   * engine's own formats are asked first, but for those that hold tensors and nothing else.
   *
   * @param files what is there
   * @return true where it is; a {@link io.shardwright.spi.error.CheckpointException} that is thrown
   *     counts as false
   */
  boolean recognizes(StoredFiles files);

  /**
   * Finds the tensors. No value is read here.
   *
   * @param files what {@link #recognizes} said true of
   * @return where each tensor lies
   * @throws io.shardwright.spi.error.MalformedCheckpointException if the grammar is broken
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if it holds what is not read
   */
  Contents read(StoredFiles files);

  /**
   * Whether a file of this format can hold an element type. A tensor of another type is refused by
   * name before {@link #layout} is asked, or left out if the user wishes.
   *
   * @param dtype element type
   * @return true unless an implementation says otherwise
   */
  default boolean holds(DType dtype) {
    return true;
  }

  /**
   * How it is written.
   *
   * @return empty where it is read alone
   */
  default Optional<TensorLayout> layout() {
    return Optional.empty();
  }
}

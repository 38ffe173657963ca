package io.shardwright.core.internal.format;

import java.util.Optional;

/**
 * A checkpoint format: recognizes paths of its kind, opens them, and lays out targets if it can be
 * written.
 */
public interface CheckpointFormat {
  /** Its name: lower-case letters, digits, hyphens, underscores; no two have the same. */
  String id();

  /** Whether a path is of this format. */
  boolean recognizes(Place place);

  /**
   * Opens a path that it recognizes.
   *
   * @return to be closed by the caller
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read
   */
  ModelSource open(Place place, Opening opening);

  /** Whether it is read at all, not told apart alone. */
  default boolean isRead() {
    return true;
  }

  /** Whether it holds a change of a model, and no model. */
  default boolean isAdapter() {
    return false;
  }

  /** Whether a path's files are files of tensors for whoever does not know the format. */
  default boolean holdsTensorFiles(Place place) {
    return true;
  }

  /** How it is written; empty where it is read alone. */
  default Optional<TargetKind> target() {
    return Optional.empty();
  }
}

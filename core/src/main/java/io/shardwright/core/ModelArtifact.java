package io.shardwright.core;

import java.io.InputStream;

/** A file of a checkpoint that is neither configuration nor weights, such as a tokenizer. */
public interface ModelArtifact {
  /**
   * Returns the file's name.
   *
   * @return the name within the checkpoint, without a leading {@code ./}
   */
  String name();

  /**
   * Returns the file's size.
   *
   * @return the size in bytes
   */
  long size();

  /**
   * Opens the file for reading from its beginning.
   *
   * @return a stream over the bytes in the checkpoint; valid until the checkpoint is closed
   */
  InputStream open();
}

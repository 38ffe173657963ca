package io.shardwright.core;

import java.io.InputStream;

/** A file that travels with a model, such as a tokenizer's. */
public interface ModelArtifact {
  /**
   * Its name.
   *
   * @return as the archive spells it, without a leading {@code ./}
   */
  String name();

  /**
   * Its size.
   *
   * @return bytes
   */
  long size();

  /**
   * Its contents.
   *
   * @return read in place, from the beginning; valid until the checkpoint is closed
   */
  InputStream open();
}

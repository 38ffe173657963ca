package io.shardwright.core;

import io.shardwright.core.outline.CheckpointOutline;
import java.util.List;

/** An open checkpoint: its headers, never its values. Close it to release its files. */
public interface Checkpoint extends AutoCloseable {
  /**
   * What it is.
   *
   * @return read from headers alone
   */
  CheckpointSummary summary();

  /**
   * What it looks like: its grid, its files, its tokenizer, the model's figures.
   *
   * @return read from headers alone
   */
  CheckpointOutline outline();

  /**
   * Its tensors as they are stored.
   *
   * @return in the order of the files
   */
  List<StoredTensor> tensors();

  /**
   * The Python names that its pickles mention.
   *
   * @return in the order of the files, each name once per file
   */
  List<PickleImport> pickleImports();

  @Override
  void close();
}

package io.shardwright.core;

import io.shardwright.core.outline.CheckpointOutline;
import java.util.List;
import java.util.Map;

/**
 * An open checkpoint whose headers are read; it gives no values of tensors. Close it to release its
 * files.
 */
public interface Checkpoint extends AutoCloseable {
  /**
   * Returns the checkpoint's format, family, grid, sizes and further facts.
   *
   * @return a summary that is read from headers alone
   */
  CheckpointSummary summary();

  /**
   * Returns the checkpoint's grid of ranks, files, tokenizer and model sizes, for display.
   *
   * @return an outline that is read from headers alone
   */
  CheckpointOutline outline();

  /**
   * Returns the tensors as they are stored.
   *
   * @return in the order of the files
   */
  List<StoredTensor> tensors();

  /**
   * Returns the Python names that the checkpoint's pickles mention.
   *
   * @return in the order of the files, each name once per file
   */
  List<PickleImport> pickleImports();

  /**
   * Returns the configuration.
   *
   * @return values as text by dotted key; empty if the checkpoint has no configuration
   */
  Map<String, String> configuration();

  @Override
  void close();
}

package io.shardwright.spi.format;

import java.util.List;

/**
 * What a file or folder holds.
 *
 * @param tensors in the file's order
 * @param notes sentences that a user should know, such as what is not read
 */
public record Contents(List<StoredTensor> tensors, List<String> notes) {
  /**
   * Copies the lists.
   *
   * @param tensors in the file's order
   * @param notes sentences for the user
   */
  public Contents {
    tensors = List.copyOf(tensors);
    notes = List.copyOf(notes);
  }
}

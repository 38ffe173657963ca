package io.shardwright.core.outline;

/**
 * A change of the number of vocabulary rows of a tensor. Added rows are zero; rows that are left
 * out are padding.
 *
 * @param tensor the tensor's name in the source
 * @param before number of rows in the source
 * @param after number of rows in the target
 */
public record RowPadding(String tensor, long before, long after) {
  @Override
  public String toString() {
    String change =
        after > before
            ? (after - before) + " of zeros added"
            : (before - after) + " of padding left out";
    return tensor + ": " + before + " -> " + after + " rows, " + change;
  }
}

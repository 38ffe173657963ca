package io.shardwright.core.outline;

/**
 * A tensor whose vocabulary rows change in number. Added rows are zero; rows that are taken away
 * are padding.
 *
 * @param tensor its name in the source
 * @param before rows
 * @param after rows
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

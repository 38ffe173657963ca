package io.shardwright.core;

import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * What a model consists of: a SHA-256 for every tensor. Where a family is known these are the
 * logical tensors, whole (TP 1), without vocabulary padding, under their canonical names: the same
 * for every layout and naming of one model. Else they are the tensors as they are stored.
 *
 * @param family the adapter that knows them; empty for tensors as they are stored
 * @param vocabularyKnown whether padding rows could be left out; true where there are none
 * @param tensors in the order of the files
 */
public record Manifest(Optional<String> family, boolean vocabularyKnown, List<Entry> tensors) {
  /**
   * One tensor.
   *
   * @param spec its name, element type and shape
   * @param sha256 lower-case hex over the row-major little-endian bytes
   */
  public record Entry(TensorSpec spec, String sha256) {}
}

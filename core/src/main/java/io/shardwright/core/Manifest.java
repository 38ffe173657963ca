package io.shardwright.core;

import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * The tensors of a model with a SHA-256 each. If a family is known, they are the logical tensors:
 * whole (TP 1), without vocabulary padding, under canonical names, and therefore the same for every
 * layout and naming of a model. Otherwise they are the tensors as they are stored.
 *
 * @param family the id of the family; empty for tensors as they are stored
 * @param vocabularyKnown whether padding rows could be left out; true if there are none
 * @param tensors one entry per tensor, in the order of the files
 */
public record Manifest(Optional<String> family, boolean vocabularyKnown, List<Entry> tensors) {
  /**
   * A tensor with its checksum.
   *
   * @param spec the tensor's name, element type and shape
   * @param sha256 SHA-256 of the row-major little-endian bytes, in lower-case hexadecimal
   */
  public record Entry(TensorSpec spec, String sha256) {}
}

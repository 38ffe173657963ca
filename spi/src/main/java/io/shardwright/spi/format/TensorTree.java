package io.shardwright.spi.format;

import java.util.Map;
import java.util.Set;

/** The tensors of a dict in a torch file, and of the dicts in it, by their joined keys. */
public interface TensorTree extends TensorSet {
  @Override
  Map<String, ? extends DenseTensor> tensors();

  /**
   * The names of what is neither tensor nor dict, such as {@code _extra_state}.
   *
   * @return in the file's order
   */
  Set<String> objects();
}

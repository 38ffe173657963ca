package io.shardwright.spi.format;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of one container, or those that an index names in several. The engine alone makes
 * them; a format gives them back, under the names that they have in the model.
 */
public interface TensorSet {
  /**
   * The file or index that the set is known by.
   *
   * @return one of {@link StoredFiles#files}
   */
  String name();

  /**
   * The files that hold the tensors.
   *
   * @return some of {@link StoredFiles#files}
   */
  Set<String> parts();

  /**
   * The tensors, each once.
   *
   * @return by name, in the file's order, without what torch.compile and DistributedDataParallel
   *     put before all names
   */
  Map<String, ? extends ContainedTensor> tensors();

  /**
   * The tensors by every name that the files give them: safetensors names what shared its memory.
   *
   * @return {@link #tensors}, then the further names
   */
  Map<String, ? extends ContainedTensor> named();

  /**
   * What a user should know.
   *
   * @return sentences
   */
  List<String> notes();

  /**
   * What pickles call in Python that no weights need.
   *
   * @return a call as text, by the file that has it; mostly empty
   */
  Map<String, String> calls();
}

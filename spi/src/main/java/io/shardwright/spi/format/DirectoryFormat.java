package io.shardwright.spi.format;

import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A format that is a folder: which of its files hold what, and which files to write. The engine
 * reads and writes the files themselves. Implementations have a public no-argument constructor, are
 * pure, and are found with {@link java.util.ServiceLoader}.
 */
public interface DirectoryFormat {
  /**
   * The format's name.
   *
   * @return lower-case letters, digits and hyphens
   */
  String id();

  /**
   * Whether a folder is of this format.
   *
   * @param files names in the folder itself
   * @return true where it is
   */
  boolean recognizes(Set<String> files);

  /**
   * The document that says what the model is.
   *
   * @return a JSON file's name
   */
  String configFile();

  /**
   * The sets of weights, each of which holds the whole model: one file, or several that an index
   * names.
   *
   * @param files names in the folder
   * @return safetensors and torch files, and JSON files whose {@code weight_map} maps tensors to
   *     files; the set that the format's own loader takes first; empty where the folder has none
   */
  List<String> weightSets(Set<String> files);

  /**
   * Whether a file travels with the model untouched, such as a tokenizer's.
   *
   * @param file its name
   * @return true where it does
   */
  boolean isSideFile(String file);

  /**
   * Shares tensors out over files.
   *
   * @param tensors in the model's order
   * @param maxBytes of tensors that a file should hold; one that is larger stands alone
   * @return file names in order, with their tensors
   */
  Map<String, List<TensorSpec>> shards(List<TensorSpec> tensors, long maxBytes);

  /**
   * The document that says which file holds which tensor.
   *
   * @param shards files and their tensors
   * @return a file's name and its contents as maps, strings and longs; empty where none is needed
   */
  Map<String, Map<String, ?>> index(Map<String, List<TensorSpec>> shards);

  /**
   * A page for people about the model.
   *
   * @param facts names and values, in order
   * @return a file's name and its text
   */
  Map.Entry<String, String> card(Map<String, String> facts);
}

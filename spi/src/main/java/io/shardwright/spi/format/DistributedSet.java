package io.shardwright.spi.format;

import io.shardwright.spi.config.JsonValue;
import java.util.Set;

/**
 * The tensors of a distributed checkpoint by their keys, each in one piece whatever chunks it lies
 * in. Layers and experts may be axes of a tensor, or numbers in its key: the engine tells them
 * apart by a family's rows.
 */
public interface DistributedSet extends TensorSet {
  /**
   * The keys of values other than tensors.
   *
   * @return in the file's order
   */
  Set<String> objects();

  /**
   * An object as values, as {@link StoredFiles#pickle} gives them.
   *
   * @param key one of {@link #objects}, or of a tensor without axes
   * @return the root
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is damaged
   */
  JsonValue object(String key);

  /**
   * The tensors in an object: of a dict, or a list of dicts, and of the dicts in it, whose keys are
   * joined by dots.
   *
   * @param key one of {@link #objects}
   * @return the tensors, whose headers were read
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is damaged, or two tensors
   *     have one name
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if there is more than a limit allows
   */
  TensorTree tensors(String key);
}

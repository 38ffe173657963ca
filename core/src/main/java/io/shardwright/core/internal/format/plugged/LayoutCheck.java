package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.guard.EntryNames;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.TensorLayout.Container;
import io.shardwright.spi.format.TensorLayout.OutputFile;
import io.shardwright.spi.format.TensorLayout.Part;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds what a format lays out against its contract.
 *
 * @param source whose tensors they are
 */
record LayoutCheck(Plugin plugin, String source, Guard guard) {
  /**
   * Compares the files with the tensors.
   *
   * @throws io.shardwright.spi.error.AdapterException if a tensor is missing or there twice
   * @throws UnsupportedCheckpointException if a name can't be written
   */
  void require(List<OutputFile> files, List<TensorSpec> tensors) {
    boolean alone = files.size() == 1 && files.get(0).name().isEmpty();
    var names = new HashSet<String>();
    var missing = new HashSet<>(tensors);
    for (OutputFile file : files) {
      if (!alone) {
        requireName(file.name(), names);
      }
      var entries = new HashSet<String>();
      for (Part part : file.parts()) {
        if (file.container() == Container.ZIP) {
          requireName(part.name(), entries);
        }
        part.tensor().ifPresent(tensor -> requireGiven(missing.remove(tensor), tensor));
      }
    }
    if (files.isEmpty() || !missing.isEmpty()) {
      throw plugin.broken("laid out " + files.size() + " files without " + missing);
    }
  }

  /**
   * Compares safetensors files with the tensors.
   *
   * @throws io.shardwright.spi.error.AdapterException if a tensor is missing or there twice
   * @throws UnsupportedCheckpointException if a name can't be written
   */
  void requireShards(Map<String, List<TensorSpec>> shards, List<TensorSpec> tensors) {
    var missing = new HashSet<>(tensors);
    shards
        .values()
        .forEach(held -> held.forEach(tensor -> requireGiven(missing.remove(tensor), tensor)));
    if (!missing.isEmpty()) {
      throw plugin.broken("shared tensors out over " + shards.size() + " files without " + missing);
    }
    requireNames(shards.keySet());
  }

  /**
   * Compares names of files with what can be one.
   *
   * @throws UnsupportedCheckpointException if one can't
   */
  void requireNames(Set<String> files) {
    var others = new HashSet<String>();
    files.forEach(name -> requireName(name, others));
  }

  private void requireGiven(boolean given, TensorSpec tensor) {
    if (!given) {
      throw plugin.broken("placed '" + tensor.name() + "' twice, or unasked");
    }
  }

  private void requireName(String name, Set<String> others) {
    if (!others.add(EntryNames.folded(name))) {
      throw refusal("two entries would be called '" + name + "' on systems that ignore case");
    }
    try {
      EntryNames.require(name, guard, source);
    } catch (UnsafeCheckpointException odd) {
      throw refusal("'" + name + "' can't be the name of an entry");
    }
  }

  private UnsupportedCheckpointException refusal(String problem) {
    return new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        source,
        problem + ", so that " + plugin.format() + " can't hold it: safetensors takes any name");
  }
}

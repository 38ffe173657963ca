package io.shardwright.adapters.huggingface;

import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.TensorSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The sets of weights of a folder. The first is the model's, as its own loader takes it; the others
 * hold the same once more, or are said not to be read.
 */
final class WeightSets {
  private static final Pattern WEIGHTS =
      Pattern.compile(
          "(?:.*model|consolidated|model_weights)(?:[-.][-.0-9a-z]+)?"
              + "\\.(?:safetensors|bin|pth|pt|ckpt|h5|msgpack|gguf)");

  private final StoredFiles files;
  private final TensorSet first;
  private final List<TensorSet> others = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Set<String> known = new HashSet<>();

  /**
   * Opens them.
   *
   * @param names files and indexes, at least one
   */
  WeightSets(StoredFiles files, List<String> names) {
    this.files = files;
    var sets = new ArrayList<TensorSet>();
    for (String name : names) {
      if (sets.isEmpty()) {
        sets.add(files.tensors(name));
      } else {
        open(name, sets);
      }
    }
    first = sets.get(0);
    others.addAll(sets.subList(1, sets.size()));
    sayWhatIsRead(sets);
  }

  /** A set that is the model's whatever its names begin with. */
  WeightSets(StoredFiles files, OuterNames alone) {
    this.files = files;
    first = alone;
  }

  /** An index that names the one file too says what is in it. */
  private void open(String name, List<TensorSet> sets) {
    try {
      var set = files.tensors(name);
      sets.removeIf(known -> set.parts().contains(known.name()));
      sets.add(set);
    } catch (CheckpointException unread) {
      known.add(name);
      notes.add("'" + name + "' is not read: " + unread.message(Remedy::inText));
    }
  }

  private void sayWhatIsRead(List<TensorSet> sets) {
    if (!others.isEmpty()) {
      notes.add(
          "'"
              + first.name()
              + "' is read; "
              + others.stream().map(o -> "'" + o.name() + "'").collect(Collectors.joining(", "))
              + " must hold the same values, and is compared with it when values are compared");
    }
    sets.forEach(set -> known.addAll(set.parts()));
    var unread =
        files.files().stream()
            .filter(name -> WEIGHTS.matcher(name).matches() && !known.contains(name))
            .toList();
    if (!unread.isEmpty()) {
      notes.add("ignored, because no index lists them: " + String.join(", ", unread));
    }
    others.forEach(set -> set.calls().forEach(this::sayWhatIsCalled));
  }

  private void sayWhatIsCalled(String file, String call) {
    notes.add(file + " calls " + call + ": do not load this file with other tools");
  }

  /** The one that is the model's. */
  TensorSet first() {
    return first;
  }

  /** The same as the engine opened it. */
  TensorSet held() {
    return first instanceof OuterNames named ? named.from() : first;
  }

  /** Those that must hold the same. */
  List<TensorSet> others() {
    return others;
  }

  /** What a user should know. */
  List<String> notes() {
    return notes;
  }
}

package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.codec.pickle.PickleText;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.Remedy;
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

  private final FolderFiles files;
  private final FolderWeights first;
  private final List<FolderWeights> others = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Set<String> known = new HashSet<>();

  /**
   * Opens them.
   *
   * @param names files and indexes, at least one
   */
  WeightSets(FolderFiles files, List<String> names) {
    this.files = files;
    var sets = new ArrayList<FolderWeights>();
    for (String name : names) {
      if (sets.isEmpty()) {
        sets.add(new FolderWeights(files, name));
      } else {
        open(name, sets);
      }
    }
    first = sets.get(0);
    others.addAll(sets.subList(1, sets.size()));
    sayWhatIsRead(sets);
  }

  /** An index that names the one file too says what is in it. */
  private void open(String name, List<FolderWeights> sets) {
    try {
      var set = new FolderWeights(files, name);
      sets.removeIf(known -> set.parts().contains(known.name()));
      sets.add(set);
    } catch (CheckpointException unread) {
      known.add(name);
      notes.add("'" + name + "' is not read: " + unread.message(Remedy::inText));
    }
  }

  private void sayWhatIsRead(List<FolderWeights> sets) {
    if (!others.isEmpty()) {
      notes.add(
          "'"
              + first.name()
              + "' is read; "
              + others.stream().map(o -> "'" + o.name() + "'").collect(Collectors.joining(", "))
              + " must hold the same, and is compared with it when values are");
    }
    sets.forEach(set -> known.addAll(set.parts()));
    var unread =
        files.names().stream()
            .filter(name -> WEIGHTS.matcher(name).matches() && !known.contains(name))
            .toList();
    if (!unread.isEmpty()) {
      notes.add("not read, since no index names them: " + String.join(", ", unread));
    }
    others.stream().flatMap(o -> o.torchFiles().values().stream()).forEach(this::sayWhatIsCalled);
  }

  private void sayWhatIsCalled(TorchFile file) {
    file.document().alarms().stream()
        .map(PickleText::of)
        .findFirst()
        .ifPresent(
            call ->
                notes.add(
                    file.name() + " calls " + call + ": do not load this file with other tools"));
  }

  /** The one that is the model's. */
  FolderWeights first() {
    return first;
  }

  /** Those that must hold the same. */
  List<FolderWeights> others() {
    return others;
  }

  /** What a user should know. */
  List<String> notes() {
    return notes;
  }
}

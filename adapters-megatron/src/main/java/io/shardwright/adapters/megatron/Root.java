package io.shardwright.adapters.megatron;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The folder of a training, with a folder for each iteration that was saved (Megatron-LM
 * core_v0.16.0, {@code megatron/training/checkpointing.py}).
 *
 * @param iteration the one that is read
 * @param notes what a user should know of the choice
 */
record Root(StoredFiles iteration, List<String> notes) {
  static final String LATEST = "latest_checkpointed_iteration.txt";
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,12}");

  /** The names of the folders that are iterations of this kind, the oldest first. */
  static List<String> iterations(StoredFiles root) {
    return root.folders().stream()
        .filter(Iteration::isName)
        .filter(name -> isOne(root.folder(name)))
        .sorted(Comparator.comparingLong(name -> Iteration.number(name).orElse(Long.MAX_VALUE)))
        .toList();
  }

  private static boolean isOne(StoredFiles folder) {
    return Iteration.is(folder) || Iteration.isPlain(folder);
  }

  /** PyTorch alone writes its metadata last. */
  private static boolean isFinished(StoredFiles folder) {
    return Iteration.isFinished(folder) || Iteration.isPlain(folder);
  }

  private static StoredFiles whole(StoredFiles folder) {
    return isFinished(folder) ? folder : Iteration.whole(folder);
  }

  /**
   * Chooses an iteration.
   *
   * @param step the one that is wanted; empty for the latest
   * @throws MalformedCheckpointException if it is not there or was not finished
   */
  static Root of(StoredFiles root, OptionalLong step) {
    List<String> all = iterations(root);
    if (step.isPresent()) {
      return new Root(whole(root.folder(wanted(root, all, step.getAsLong()))), List.of());
    }
    var finished = all.stream().filter(name -> isFinished(root.folder(name))).toList();
    if (finished.isEmpty()) {
      return new Root(whole(root.folder(all.get(all.size() - 1))), List.of());
    }
    String newest = finished.get(finished.size() - 1);
    if (!root.files().contains(LATEST)) {
      return chosen(root, newest, "has no " + LATEST, all);
    }
    String latest = latest(root);
    return finished.contains(latest)
        ? chosen(root, latest, "", all)
        : chosen(root, newest, LATEST + " names " + latest + ", which is not complete", all);
  }

  private static Root chosen(StoredFiles root, String name, String why, List<String> all) {
    var notes = new ArrayList<String>();
    if (!why.isEmpty()) {
      notes.add(why + ": '" + name + "' is read, the newest complete one");
    } else if (all.size() > 1) {
      notes.add("'" + name + "' is read, of " + String.join(", ", all));
    }
    return new Root(whole(root.folder(name)), notes);
  }

  private static String wanted(StoredFiles root, List<String> all, long step) {
    return all.stream()
        .filter(name -> Iteration.number(name).orElse(-1) == step)
        .findFirst()
        .orElseThrow(
            () ->
                new MalformedCheckpointException(
                    ErrorCode.SOURCE_MISSING,
                    root.name(),
                    "has no iteration " + step + "; it has " + String.join(", ", all)));
  }

  private static String latest(StoredFiles root) {
    String said = root.text(LATEST).strip();
    if (said.equals(Iteration.RELEASE)) {
      return said;
    }
    if (!NUMBER.matcher(said).matches()) {
      throw new MalformedCheckpointException(
          ErrorCode.SOURCE_MISSING,
          root.name() + "/" + LATEST,
          "says '"
              + said.substring(0, Math.min(40, said.length())).replaceAll("\\p{Cntrl}", " ")
              + "', expected the number of an iteration or '"
              + Iteration.RELEASE
              + "': correct it, or open an iteration's folder");
    }
    return Iteration.folder(Long.parseLong(said));
  }

  StoredModel read(KnownModels models) {
    return Iteration.read(iteration, models, notes);
  }
}

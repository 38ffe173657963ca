package io.shardwright.core.internal.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the file that NeMo puts beside a checkpoint while it saves it: {@code NAME-unfinished}. One
 * that averages weights over time has that of its step (NeMo v2.0.0, {@code
 * nemo/utils/callbacks/nemo_model_checkpoint.py}).
 *
 * @param checkpoint a file or folder, as it would be without folders for ranks
 */
public record UnfinishedMarker(Path checkpoint) {

  private String name() {
    return String.valueOf(checkpoint.getFileName())
            .replaceFirst("\\.nemo$", "")
            .replaceFirst("\\.ckpt$", "")
            .replaceFirst("-EMA$", "")
        + "-unfinished";
  }

  /** What to say of a checkpoint that is read although it is there. */
  public List<String> notes() {
    return found()
        .map(name -> "'" + name + "' is beside it: NeMo treats the checkpoint as incomplete")
        .stream()
        .toList();
  }

  /** Its name, where it is there. What lies beside a model of a hub is another model. */
  public Optional<String> found() {
    Path marker = checkpoint.toAbsolutePath().resolveSibling(name());
    return Files.isDirectory(marker.getParent()) && Files.exists(marker)
        ? Optional.of(name())
        : Optional.empty();
  }
}

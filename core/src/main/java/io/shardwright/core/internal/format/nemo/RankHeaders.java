package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/** Reads the headers of a checkpoint's rank files, several at once. */
final class RankHeaders {
  private final Guard guard;
  private final List<Consumer<Object>> tasks = new ArrayList<>();
  private final Map<RankCoordinate, TorchFile> opened = new ConcurrentSkipListMap<>();
  private final ConcurrentSkipListMap<RankCoordinate, CheckpointException> refused =
      new ConcurrentSkipListMap<>();

  RankHeaders(Guard guard) {
    this.guard = guard;
  }

  void add(RankCoordinate rank, ByteSource bytes) {
    tasks.add(lane -> open(rank, bytes));
  }

  private void open(RankCoordinate rank, ByteSource bytes) {
    try {
      TorchFile file = TorchFile.open(bytes, guard);
      requireOwn(rank, file);
      opened.put(rank, file);
    } catch (CheckpointException refusal) {
      refused.put(rank, refusal);
    }
  }

  /** A file that was copied over another rank's, or two that were swapped, fit by every shape. */
  private static void requireOwn(RankCoordinate rank, TorchFile file) {
    NemoMembers.rankOfRoot(file.root())
        .filter(written -> !written.equals(rank))
        .ifPresent(
            written -> {
              throw new MalformedCheckpointException(
                  ErrorCode.RANKS_DISAGREE,
                  file.name(),
                  "is the file of another rank: it was written as that of "
                      + written
                      + ", and lies in the folder of "
                      + rank
                      + ": copy each rank's own file into its folder");
            });
  }

  /**
   * Reads them.
   *
   * @throws CheckpointException of the first rank whose file is refused, whichever came first
   */
  Map<RankCoordinate, TorchFile> read(Workers workers) {
    workers.run(tasks, Object::new);
    if (!refused.isEmpty()) {
      throw refused.firstEntry().getValue();
    }
    return opened;
  }

  /** What the files have to say, each sentence once. */
  static List<String> notes(Map<RankCoordinate, TorchFile> files, Grid grid) {
    Map<String, List<String>> where = new LinkedHashMap<>();
    files.forEach(
        (rank, file) ->
            file.notes().stream()
                .map(note -> where.computeIfAbsent(note, first -> new ArrayList<>()))
                .forEach(all -> all.add(NemoMembers.weights(rank, grid))));
    return where.entrySet().stream().map(e -> few(e.getValue()) + ": " + e.getKey()).toList();
  }

  private static String few(List<String> files) {
    return files.get(0) + (files.size() == 1 ? "" : " and " + (files.size() - 1) + " more");
  }
}

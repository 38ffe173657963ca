package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.CheckpointException;
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
      opened.put(rank, TorchFile.open(bytes, guard));
    } catch (CheckpointException refusal) {
      refused.put(rank, refusal);
    }
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

package io.shardwright.adapters.megatron;

import io.shardwright.adapters.megatron.FlatBuffers.Buffer;
import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.format.FlatState;
import io.shardwright.spi.format.StoredFiles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The flat buffers beside the files of ranks: {@code distrib_optim.pt}, whose form {@link
 * CoalescedBuffers} says.
 *
 * @param iteration the folders' folder
 * @param folders of all ranks
 */
record FlatRanks(StoredFiles iteration, Map<RankCoordinate, String> folders)
    implements FlatBuffers.Keys {
  /** An optimizer that ranks of data share has a file of its own. */
  static final String FILE = "distrib_optim.pt";

  private static final String EXPERTS = " of experts";

  /** The state; empty where no rank has such a file. */
  Optional<FlatState> state() {
    boolean any = folders.values().stream().anyMatch(this::has);
    var reading = new FlatBuffers.Reading(this::read);
    return any
        ? Optional.of(new FlatBuffers(FILE, iteration.name(), reading, this))
        : Optional.empty();
  }

  private boolean has(String folder) {
    return iteration.folder(folder).files().contains(FILE);
  }

  private Map<String, List<Buffer>> read() {
    var all = new LinkedHashMap<String, List<Buffer>>();
    for (String name : folders.values()) {
      if (has(name)) {
        StoredFiles folder = iteration.folder(name);
        var one = new CoalescedBuffers(FILE, folder.name() + "/" + FILE);
        var optimizers = one.of(folder.pickle(FILE), folder.tensors(FILE, List.of()));
        all.put(key(name, false), optimizers.get(0));
        if (optimizers.size() > 1) {
          all.put(key(name, true), optimizers.get(1));
        }
      }
    }
    return all;
  }

  private static String key(String folder, boolean experts) {
    return folder + "/" + FILE + (experts ? EXPERTS : "");
  }

  @Override
  public String of(RankCoordinate rank, Grid grid, boolean experts) {
    return key(folders.get(rank), experts);
  }

  @Override
  public OptionalLong ranks(boolean experts) {
    return OptionalLong.empty();
  }
}

package io.shardwright.adapters.megatron;

import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.StoredFiles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * The folders of an iteration's ranks (Megatron-LM core_v0.16.0, {@code
 * megatron/training/checkpointing.py}, {@code get_checkpoint_name}).
 */
final class RankFolders {
  /** What a rank's folder holds. */
  static final String FILE = "model_optim_rng.pt";

  /** What it held in 2022, where an optimizer was distributed. */
  private static final String MODEL_ALONE = "model_rng.pt";

  private static final Pattern NAME = Pattern.compile("mp_rank_[0-9]{2,5}(_[0-9]{3,5}){0,2}");

  /** What a file says drives nothing before it is compared with the folders. */
  private static final long MOST_MISSING = 10_000;

  private RankFolders() {}

  /** Whether an iteration's folder has some. */
  static boolean isIn(StoredFiles iteration) {
    return of(iteration).stream()
        .map(name -> iteration.folder(name).files())
        .anyMatch(held -> held.contains(FILE) || held.contains(MODEL_ALONE));
  }

  /** Those of an iteration, in order. */
  static List<String> of(StoredFiles iteration) {
    return iteration.folders().stream().filter(name -> NAME.matcher(name).matches()).toList();
  }

  /** What a rank's folder is called. */
  static String name(RankCoordinate rank, Grid grid) {
    String name = String.format("mp_rank_%02d", rank.tensor());
    name += grid.pipeline() > 1 ? String.format("_%03d", rank.pipeline()) : "";
    return name + (grid.expert() > 1 ? String.format("_%03d", rank.expert()) : "");
  }

  /**
   * The ranks that write, stage by stage: the first that have all of a stage's tensors, and all of
   * its experts.
   */
  private static List<RankCoordinate> writing(Grid grid) {
    long each = each(grid);
    return LongStream.range(0, each * grid.pipeline())
        .mapToObj(
            at ->
                new RankCoordinate(
                    (int) (at % each % grid.tensor()),
                    (int) (at / each),
                    (int) (at % each / grid.expertTensor() % grid.expert())))
        .toList();
  }

  private static long each(Grid grid) {
    return Math.max(grid.tensor(), (long) grid.expert() * grid.expertTensor());
  }

  /**
   * A folder for each rank.
   *
   * @param names those that are there
   * @throws MalformedCheckpointException if one is missing, or there are others
   * @throws UnsupportedCheckpointException if two ranks have one folder
   */
  static Map<RankCoordinate, String> of(Grid grid, List<String> names, String where) {
    if (grid.tensor() % grid.expertTensor() != 0) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          where,
          "its args say "
              + grid
              + ", so that the folder names don't identify the ranks of an expert: expected an"
              + " expert_tensor_parallel_size that divides tensor_model_parallel_size");
    }
    if (each(grid) * grid.pipeline() > names.size() + MOST_MISSING) {
      throw missing(grid, names, where, List.of());
    }
    var folders = new LinkedHashMap<RankCoordinate, String>();
    writing(grid).forEach(rank -> folders.put(rank, name(rank, grid)));
    var lacking = new ArrayList<>(folders.values());
    lacking.removeAll(names);
    if (!lacking.isEmpty()) {
      throw missing(grid, names, where, lacking);
    }
    var others = new ArrayList<>(names);
    others.removeAll(folders.values());
    if (!others.isEmpty()) {
      throw new MalformedCheckpointException(
          ErrorCode.PARALLEL_SIZE_MISMATCH,
          where,
          "its args say "
              + grid
              + ", and it also holds "
              + few(others)
              + ": remove what another training left");
    }
    return folders;
  }

  private static MalformedCheckpointException missing(
      Grid grid, List<String> names, String where, List<String> lacking) {
    return new MalformedCheckpointException(
        ErrorCode.RANK_MISSING,
        where,
        "its args say "
            + grid
            + ", and it "
            + (lacking.isEmpty() ? "holds only " + few(names) : "lacks " + few(lacking))
            + ": copy the missing ranks");
  }

  private static String few(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(4, names.size())))
        + (names.size() > 4 ? " and " + (names.size() - 4) + " more" : "");
  }

  /**
   * The file of a rank.
   *
   * @throws MalformedCheckpointException if there is none
   * @throws UnsupportedCheckpointException if it is of 2022
   */
  static StoredFiles whole(StoredFiles rank) {
    if (rank.files().contains(FILE)) {
      return rank;
    }
    if (rank.files().contains(MODEL_ALONE)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          rank.name(),
          "holds "
              + MODEL_ALONE
              + " and optim.pt, the form that Megatron-LM wrote in 2022: load it in Megatron-LM and"
              + " save it again");
    }
    throw new MalformedCheckpointException(
        ErrorCode.RANK_MISSING, rank.name(), "lacks " + FILE + ": copy it, or save it again");
  }
}

package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.describe.StoredArray;
import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of a checkpoint's members. */
public final class NemoMembers {
  /** The model's configuration. */
  static final String CONFIG = "model_config.yaml";

  /** The folder of a distributed (zarr) checkpoint. */
  static final String DISTRIBUTED = StoredArray.FOLDER;

  private static final String WEIGHTS = "model_weights.ckpt";
  private static final Pattern RANK =
      Pattern.compile(
          "tp_rank_(\\d{2,5})_pp_rank_(\\d{3,5})"
              + "|mp_rank_(\\d{2,5})(?:_(\\d{3,5}))??(?:_(\\d{3,5}))?");

  private NemoMembers() {}

  /** The file of a rank in a grid. */
  public static String weights(RankCoordinate rank, Grid grid) {
    return folder(rank, grid).map(folder -> folder + "/" + WEIGHTS).orElse(WEIGHTS);
  }

  /**
   * The root folder inside a rank's zip: torch names it after the file it was first written to, and
   * NeMo writes {@code mp_rank_00_model_weights.ckpt} before it moves it into the rank's folder.
   */
  static String zipRoot(RankCoordinate rank, Grid grid) {
    return folder(rank, grid).map(folder -> folder + "_").orElse("") + "model_weights";
  }

  /** The rank whose file had such a root when it was written, where it says one. */
  static Optional<RankCoordinate> rankOfRoot(String root) {
    String end = "_model_weights/";
    return root.endsWith(end)
        ? rankOf(root.substring(0, root.length() - end.length()))
        : Optional.empty();
  }

  /**
   * The folder of a rank; empty where there is but one. NeMo 1 has none for experts; with them it
   * is Megatron-LM's ({@code megatron/training/checkpointing.py}, {@code get_checkpoint_name}).
   */
  static Optional<String> folder(RankCoordinate rank, Grid grid) {
    String tensor = padded(rank.tensor(), 2);
    if (grid.expert() > 1) {
      String stage = grid.pipeline() > 1 ? "_" + padded(rank.pipeline(), 3) : "";
      return Optional.of("mp_rank_" + tensor + stage + "_" + padded(rank.expert(), 3));
    }
    if (grid.pipeline() > 1) {
      return Optional.of("tp_rank_" + tensor + "_pp_rank_" + padded(rank.pipeline(), 3));
    }
    return grid.tensor() > 1 ? Optional.of("mp_rank_" + tensor) : Optional.empty();
  }

  /** Asked for every tensor of a plan, for which a format is slow. */
  private static String padded(int number, int digits) {
    String text = Integer.toString(number);
    return "0".repeat(Math.max(0, digits - text.length())) + text;
  }

  /** The rank whose file a member is, if it is one. */
  static Optional<RankCoordinate> rank(String member) {
    if (member.equals(WEIGHTS)) {
      return Optional.of(new RankCoordinate(0, 0));
    }
    return member.endsWith("/" + WEIGHTS)
        ? rankOf(member.substring(0, member.length() - WEIGHTS.length() - 1))
        : Optional.empty();
  }

  /** The rank that a folder's name states. */
  public static Optional<RankCoordinate> rankOf(String folder) {
    Matcher name = RANK.matcher(folder);
    if (!name.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        name.group(1) == null
            ? new RankCoordinate(number(name, 3), number(name, 4), number(name, 5))
            : new RankCoordinate(number(name, 1), number(name, 2)));
  }

  private static int number(Matcher name, int group) {
    return name.group(group) == null ? 0 : Integer.parseInt(name.group(group));
  }
}

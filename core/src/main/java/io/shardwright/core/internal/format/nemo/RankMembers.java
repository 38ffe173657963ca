package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.format.nemo.Members.Member;
import io.shardwright.spi.Grid;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The grid of rank files: checks that there is a file for every rank, and no other. */
final class RankMembers {
  private RankMembers() {}

  static void requireWhole(String name, Grid grid, Members members) {
    refuseMoreThanThereAre(name, grid, members);
    if (grid.tensor() % grid.expertTensor() != 0) {
      throw new MalformedCheckpointException(
          ErrorCode.PARALLEL_SIZE_MISMATCH,
          name,
          "its configuration says "
              + grid
              + ", so that rank files can't be identified: expected an expert_tensor_parallel_size"
              + " that divides tensor_model_parallel_size");
    }
    var expected = grid.ranks().stream().map(rank -> NemoMembers.weights(rank, grid)).toList();
    var found =
        members.list().stream()
            .map(Member::name)
            .filter(member -> NemoMembers.rank(member).isPresent())
            .toList();
    var missing = new ArrayList<>(expected);
    missing.removeAll(found);
    var extra = new ArrayList<>(found);
    extra.removeAll(expected);
    if (!extra.isEmpty() || found.isEmpty() && expected.size() == 1) {
      throw new MalformedCheckpointException(
          ErrorCode.PARALLEL_SIZE_MISMATCH,
          name,
          "its configuration says "
              + grid
              + ", expected "
              + few(expected)
              + ", found "
              + (found.isEmpty() ? "no weights" : few(found))
              + ": correct the parallel sizes in it");
    }
    if (!missing.isEmpty()) {
      throw new MalformedCheckpointException(
          ErrorCode.RANK_MISSING,
          name,
          "lacks "
              + few(missing)
              + " of the "
              + expected.size()
              + " files that "
              + grid
              + " needs: copy the missing ranks");
    }
  }

  /**
   * Why rank files don't go with arrays: NeMo takes them where they are there, else the folder
   * (v1.23.0, {@code nlp_overrides.py}).
   */
  static Optional<String> twoSets(Members members) {
    var names = members.list().stream().map(Member::name).toList();
    boolean arrays = names.stream().anyMatch(name -> name.startsWith(NemoMembers.DISTRIBUTED));
    return names.stream()
        .filter(member -> arrays && NemoMembers.rank(member).isPresent())
        .findFirst()
        .map(
            file ->
                "holds two sets of weights, '"
                    + NemoMembers.DISTRIBUTED
                    + "' and '"
                    + file
                    + "': remove the wrong one");
  }

  /**
   * Checks that there are not both.
   *
   * @throws MalformedCheckpointException naming them
   */
  static void requireOneSet(String name, Members members) {
    twoSets(members)
        .ifPresent(
            both -> {
              throw new MalformedCheckpointException(ErrorCode.SOURCES_DISAGREE, name, both);
            });
  }

  /** What a configuration says drives nothing before it is compared with the files. */
  private static void refuseMoreThanThereAre(String name, Grid grid, Members members) {
    long ranks = grid.size();
    if (ranks > members.list().size()) {
      throw new MalformedCheckpointException(
          members.list().stream().anyMatch(m -> NemoMembers.rank(m.name()).isPresent())
              ? ErrorCode.RANK_MISSING
              : ErrorCode.PARALLEL_SIZE_MISMATCH,
          name,
          "its configuration says "
              + grid
              + ", which needs "
              + ranks
              + " rank files, found "
              + members.list().size()
              + " files in all: copy the missing ranks");
    }
  }

  private static String few(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(4, names.size())))
        + (names.size() > 4 ? " and " + (names.size() - 4) + " more" : "");
  }
}

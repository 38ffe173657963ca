package io.shardwright.core.internal.validate;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.ModuleState;
import io.shardwright.core.internal.describe.NamePrefix;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.describe.StoredArray;
import io.shardwright.spi.Grid;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The parameters of a checkpoint, in the order of its files. */
final class StoredNames {
  private final SourceFiles files;
  private final Grid grid;
  private final StageLayers layers;
  private final boolean prefixed;
  private final Map<String, StoredName> found = new LinkedHashMap<>();

  private StoredNames(SourceFiles files, Grid grid, StageLayers layers, boolean prefixed) {
    this.files = files;
    this.grid = grid;
    this.layers = layers;
    this.prefixed = prefixed;
  }

  /**
   * Collects them.
   *
   * @param layers how they lie in the files
   * @param prefixed whether names have a prefix that is the format's
   */
  static List<StoredName> of(SourceFiles files, Grid grid, StageLayers layers, boolean prefixed) {
    var names = new StoredNames(files, grid, layers, prefixed);
    if (files.distributed()) {
      files.arrays().forEach(names::array);
    } else {
      for (int stage = 0; stage < grid.pipeline(); stage++) {
        names.stage(stage);
      }
    }
    var stacks = StackNames.of(List.copyOf(names.found.keySet()));
    return names.found.values().stream().map(name -> name.of(stacks)).toList();
  }

  private String own(String stored) {
    return prefixed ? stored.substring(NamePrefix.of(stored).length()) : stored;
  }

  private static boolean parameter(String stored) {
    return !Companions.isCompanion(stored) && !ModuleState.isName(stored);
  }

  private void array(StoredArray array) {
    if (parameter(array.spec().name())) {
      Shape chunk =
          array.chunks().isEmpty()
              ? array.spec().shape()
              : array.chunks().get(0).tensor().spec().shape();
      add(
          new StoredName(
              own(array.spec().name()),
              "",
              true,
              array.spec().shape(),
              1,
              1,
              new TreeSet<>(List.of(0)),
              List.of(),
              chunk));
    }
  }

  private void stage(int stage) {
    var byRank = new TreeMap<Integer, RankFile>();
    files.ranks().stream()
        .filter(file -> file.rank().pipeline() == stage)
        .forEach(file -> byRank.putIfAbsent(file.rank().tensor(), file));
    var group = List.copyOf(byRank.values());
    group.get(0).tensors().forEach((stored, first) -> tensor(stored, first, stage, group));
  }

  private void tensor(String stored, SourceTensor first, int stage, List<RankFile> group) {
    if (!parameter(stored)) {
      return;
    }
    String own = own(stored);
    String name = files.numbered() ? own : layers.global(own, stage);
    var tensors = new ArrayList<SourceTensor>();
    for (RankFile file : group) {
      if (file.tensors().containsKey(stored)) {
        tensors.add(file.tensors().get(stored));
      }
    }
    Shape shape = first.spec().shape();
    add(
        new StoredName(
            name,
            "",
            false,
            shape,
            tensors.size(),
            Math.min(grid.expertTensor(), tensors.size()),
            new TreeSet<>(List.of(stage)),
            tensors,
            shape));
  }

  /** A tensor that several stages hold stands where the first has it. */
  private void add(StoredName stored) {
    StoredName before = found.putIfAbsent(stored.name(), stored);
    if (before != null) {
      before.stages().addAll(stored.stages());
    }
  }
}

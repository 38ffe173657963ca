package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.RankCoordinate;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Determines the ranks of the target that hold a tensor, and its name on each. */
record StageAssignment(StageLayers layers, ExpertBlocks experts) {
  /**
   * A place in the target's grid.
   *
   * @param expert the expert-parallel rank; empty for all of them
   */
  record Home(int stage, OptionalInt expert, String name) {
    boolean is(RankCoordinate rank) {
      return rank.pipeline() == stage && (expert.isEmpty() || expert.getAsInt() == rank.expert());
    }
  }

  List<Home> homes(ParameterRule row, List<Integer> indexes, String prefix) {
    int last = layers.stages() - 1;
    String name = prefix + LogicalTensor.name(row.pattern(), experts.local(row, indexes));
    var layer = indexes.isEmpty() ? OptionalInt.empty() : OptionalInt.of(indexes.get(0));
    var block = experts.rank(row, indexes);
    var homes = new ArrayList<Home>();
    var own = layers.stages(row, layer);
    own.forEach(stage -> homes.add(new Home(stage, block, layers.local(name))));
    if (!own.contains(last)) {
      row.traits().tiedCopies().stream()
          .limit(Companions.isCompanion(prefix) ? 1 : Integer.MAX_VALUE)
          .forEach(copy -> homes.add(new Home(last, OptionalInt.empty(), prefix + copy)));
    }
    return homes;
  }

  /**
   * The place of what a module keeps besides parameters.
   *
   * @param name in the whole model
   * @param otherwise the stage of a module that is no layer's
   */
  Home home(String name, int otherwise) {
    int stage = layers.layered(name) ? layers.stage(name) : otherwise;
    return new Home(stage, experts.rank(name), experts.local(layers.local(name)));
  }
}

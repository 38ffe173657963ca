package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Determines the stages of the target that hold a tensor, and its name on each. */
record StageAssignment(StageLayers layers) {
  /** A place in the target's grid. */
  record Home(int stage, String name) {}

  List<Home> homes(ParameterRule row, List<Integer> indexes, String prefix) {
    int last = layers.stages() - 1;
    String name = prefix + LogicalTensor.name(row.pattern(), indexes);
    if (row.stage() == Stage.EVERY) {
      return IntStream.rangeClosed(0, last).mapToObj(stage -> new Home(stage, name)).toList();
    }
    var homes = new ArrayList<Home>();
    homes.add(new Home(stage(row, indexes), layers.local(name)));
    if (last > 0) {
      row.traits().tiedCopy().ifPresent(copy -> homes.add(new Home(last, prefix + copy)));
    }
    return homes;
  }

  int stage(ParameterRule row, List<Integer> indexes) {
    if (!indexes.isEmpty()) {
      return layers.stage(indexes.get(0));
    }
    return row.stage() == Stage.LAST ? layers.stages() - 1 : 0;
  }
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Determines the stages of the target that hold a tensor, and its name on each. */
record StageAssignment(StageLayers layers) {
  /** A place in the target's grid. */
  record Home(int stage, String name) {}

  List<Home> homes(ParameterRule row, List<Integer> indexes, String prefix) {
    int last = layers.stages() - 1;
    String name = prefix + LogicalTensor.name(row.pattern(), indexes);
    var layer = indexes.isEmpty() ? OptionalInt.empty() : OptionalInt.of(indexes.get(0));
    var homes = new ArrayList<Home>();
    layers.stages(row, layer).forEach(stage -> homes.add(new Home(stage, layers.local(name))));
    if (last > 0 && row.stage() != Stage.EVERY) {
      row.traits().tiedCopy().ifPresent(copy -> homes.add(new Home(last, prefix + copy)));
    }
    return homes;
  }
}

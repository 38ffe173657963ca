package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.ParameterRule.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Which stages of the target hold a tensor, and under which name. */
record StageAssignment(StageLayers layers) {
  /** A place in the target's grid. */
  record Home(int stage, String name) {}

  List<Home> homes(LogicalTensor tensor) {
    String name = tensor.spec().name();
    int last = layers.stages() - 1;
    if (tensor.rule().stage() == Stage.EVERY) {
      return IntStream.rangeClosed(0, last).mapToObj(stage -> new Home(stage, name)).toList();
    }
    var homes = new ArrayList<Home>();
    homes.add(new Home(stage(tensor), layers.local(name)));
    if (last > 0) {
      int plain = Math.min(name.length(), tensor.rule().pattern().length());
      String prefix = name.substring(0, name.length() - plain);
      tensor.rule().tiedCopy().ifPresent(copy -> homes.add(new Home(last, prefix + copy)));
    }
    return homes;
  }

  private int stage(LogicalTensor tensor) {
    if (tensor.layer().isPresent()) {
      return layers.stage(tensor.layer().getAsInt());
    }
    return tensor.rule().stage() == Stage.LAST ? layers.stages() - 1 : 0;
  }
}

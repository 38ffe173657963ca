package io.shardwright.core.internal.family;

import io.shardwright.spi.Condition;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import java.util.List;
import java.util.Map;

/**
 * A naming that a family file declares.
 *
 * @param inUse sets of conditions, of which one holds where a checkpoint has these names
 * @param possible sets of conditions, of which one holds where a checkpoint can have them
 * @param keys how a configuration says so
 */
record DeclaredNaming(
    Naming naming,
    List<List<Condition>> inUse,
    List<List<Condition>> possible,
    Map<String, String> keys,
    ParameterTable rows) {

  static boolean holds(List<List<Condition>> alternatives, ModelConfig config) {
    return alternatives.stream()
        .anyMatch(all -> all.stream().allMatch(condition -> condition.holds(config)));
  }

  boolean inUse(ModelConfig config) {
    return holds(inUse, config);
  }

  boolean possible(ModelConfig config) {
    return holds(possible, config);
  }
}

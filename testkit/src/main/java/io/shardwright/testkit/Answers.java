package io.shardwright.testkit;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The answers of all methods of an adapter for one configuration. */
record Answers(
    String id,
    List<RestoreClass> restoreClasses,
    SupportedParallelism parallelism,
    boolean describes,
    Naming naming,
    List<Naming> namings,
    Map<Naming, Map<String, String>> keys,
    Map<Naming, ParameterTable> rows,
    List<HuggingFaceModel> classes) {

  static Answers of(ModelFamilyAdapter adapter, ModelConfig config) {
    Map<Naming, Map<String, String>> keys = new EnumMap<>(Naming.class);
    Map<Naming, ParameterTable> rows = new EnumMap<>(Naming.class);
    for (Naming naming : adapter.equivalentNamings(config)) {
      keys.put(naming, Map.copyOf(adapter.keys(config, adapter.naming(config), naming)));
      rows.put(naming, new ParameterTable(inForce(adapter, config, naming)));
    }
    return new Answers(
        adapter.id(),
        List.copyOf(adapter.restoreClasses()),
        adapter.parallelism(),
        adapter.describes(config),
        adapter.naming(config),
        List.copyOf(adapter.equivalentNamings(config)),
        keys,
        rows,
        List.copyOf(adapter.huggingFaceModels()));
  }

  /** Returns the rows of rank files that are in force. */
  static List<ParameterRule> inForce(
      ModelFamilyAdapter adapter, ModelConfig config, Naming naming) {
    return adapter.parameters(config, naming).in(WeightLayout.RANKS).inForce(config).rules();
  }
}

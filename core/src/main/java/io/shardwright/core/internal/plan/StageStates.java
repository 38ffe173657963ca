package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StateObject;
import io.shardwright.spi.ParameterRule.Stage;
import io.shardwright.spi.ParameterTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The state of every stage: carried where rank files stay rank files of one naming. */
final class StageStates {
  private final ModelDescription model;
  private final StageAssignment stages;
  private final boolean sameNaming;
  private final List<Emission> emissions;

  StageStates(
      ModelDescription model,
      ParameterTable table,
      StageAssignment stages,
      boolean sameNaming,
      List<Emission> emissions) {
    this.model = model;
    this.stages = stages;
    this.sameNaming = sameNaming;
    this.emissions = emissions.stream().sorted(new RegistrationOrder(table)).toList();
  }

  StageState of(int stage) {
    if (sameNaming && !model.files().distributed()) {
      return new CarriedState(model, stages, stage, ending());
    }
    Map<String, PickleValue> carried = new LinkedHashMap<>();
    if (sameNaming) {
      for (StateObject object : model.objects()) {
        carried.put(object.name(), object.value());
      }
    }
    return new FreshState(emissions, carried, stages, stage);
  }

  private Set<String> ending() {
    return emissions.stream()
        .filter(emission -> emission.row().stage() == Stage.LAST)
        .map(emission -> ArrayObjects.module(emission.name()))
        .collect(Collectors.toSet());
  }
}

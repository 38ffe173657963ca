package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ModuleState.Content;
import io.shardwright.spi.ParameterRule.Stage;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RankCoordinate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The states of modules for every rank of a stage. They are carried over if rank files of one
 * naming stay rank files: each rank keeps its own if the tensor-parallel size stays, otherwise all
 * get that of the first rank.
 */
final class StageStates {
  private final ModelDescription model;
  private final StageAssignment stages;
  private final boolean sameNaming;
  private final List<Emission> emissions;
  private final RegistrationOrder order;

  StageStates(
      ModelDescription model,
      ParameterTable table,
      StageAssignment stages,
      boolean sameNaming,
      List<Emission> emissions) {
    this.model = model;
    this.stages = stages;
    this.sameNaming = sameNaming;
    this.order = new RegistrationOrder(table, model.family().stacks());
    this.emissions = emissions.stream().sorted(order).toList();
  }

  /**
   * The state of a stage.
   *
   * @param rank of the target's stage and block of experts, and of the source's tensor-parallel
   *     rank whose states it gets
   */
  StageState of(RankCoordinate rank) {
    if (sameNaming && !model.files().distributed() && !model.files().bare()) {
      var registered = new FreshState(emissions, order, Map.of(), stages, rank).names(Set.of());
      return new CarriedState(model, stages, rank, ending(), registered);
    }
    var carried = sameNaming ? ModuleStates.ofFirstRank(model) : Map.<String, Content>of();
    return new FreshState(emissions, order, carried, stages, rank);
  }

  private Set<String> ending() {
    return emissions.stream()
        .filter(emission -> emission.row().stage() == Stage.LAST)
        .map(emission -> ArrayObjects.module(emission.name()))
        .collect(Collectors.toSet());
  }

  /** What a rank's state dict holds besides parameters, and the order of its names. */
  interface StageState {
    /** What modules keep besides parameters, by name. */
    Map<String, Content> contents();

    /** All names in order. */
    List<String> names(Set<String> parameters);

    /** The modules' versions. */
    Optional<PickleValue> metadata(Set<String> parameters);
  }
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.ModuleState;
import io.shardwright.core.internal.describe.ModuleState.Content;
import io.shardwright.core.internal.describe.ModuleState.Value;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.Traits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the state dicts of rank files whose source are no rank files: names in registration order,
 * and for every module that keeps a state that of the source, or an empty one.
 */
final class FreshState implements StageStates.StageState {
  private static final String STATE = ModuleState.SUFFIX;

  private record Named(Emission emission, String name, long[] place) {
    static Named of(Emission emission, String name, RegistrationOrder order) {
      return new Named(emission, name, order.place(emission, name));
    }
  }

  private final Map<String, Content> contents = new LinkedHashMap<>();
  private final Set<String> order = new LinkedHashSet<>();

  /**
   * For the ranks of one stage and block of experts.
   *
   * @param registration the order of their names
   * @param carried the source's states by name in the whole model; empty where they do not fit
   */
  FreshState(
      List<Emission> emissions,
      RegistrationOrder registration,
      Map<String, Content> carried,
      StageAssignment stages,
      RankCoordinate rank) {
    var others = new LinkedHashMap<>(carried);
    var here = new ArrayList<Named>();
    for (Emission emission : emissions) {
      if (Companions.isCompanion(emission.prefix())) {
        continue; // No module has it.
      }
      if (emission.extraState() != Traits.ExtraState.NONE) {
        others.remove(ArrayObjects.module(emission.name()) + STATE);
      }
      stages.homes(emission.row(), emission.indexes(), emission.prefix()).stream()
          .filter(home -> home.is(rank))
          .map(home -> Named.of(emission, home.name(), registration))
          .forEach(here::add);
    }
    here.sort((one, other) -> Arrays.compare(one.place(), other.place()));
    String open = "";
    for (Named own : here) {
      String module = ArrayObjects.module(own.name());
      close(open, module);
      open = module;
      order.add(own.name());
      state(own.emission(), module, carried);
    }
    close(open, "");
    others.forEach((name, content) -> other(stages.home(name, 0), content, rank));
  }

  /** A state of a module of which no row says that it has one. */
  private void other(StageAssignment.Home home, Content content, RankCoordinate rank) {
    if (home.is(rank)) {
      contents.put(home.name(), content);
      order.add(home.name());
    }
  }

  private void state(Emission emission, String module, Map<String, Content> carried) {
    Traits.ExtraState kind = emission.extraState();
    if (kind == Traits.ExtraState.NONE) {
      return;
    }
    Content found = carried.get(ArrayObjects.module(emission.name()) + STATE);
    PickleValue nothing = kind == Traits.ExtraState.EMPTY ? Constant.NONE : ExtraState.none();
    contents.put(module + STATE, found == null ? new Value(nothing) : found);
  }

  /** A module's state stands behind its parameters. */
  private void close(String module, String next) {
    if (!module.equals(next) && contents.containsKey(module + STATE)) {
      order.add(module + STATE);
    }
  }

  @Override
  public Map<String, Content> contents() {
    return contents;
  }

  @Override
  public List<String> names(Set<String> parameters) {
    return List.copyOf(order);
  }

  @Override
  public Optional<PickleValue> metadata(Set<String> parameters) {
    return Optional.empty();
  }
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.spi.Traits;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The state of rank files that come from elsewhere: names in registration order, and for every
 * module that keeps a state the source's, or one that says nothing.
 */
final class FreshState implements StageState {
  private static final String STATE = "._extra_state";

  private final Map<String, PickleValue> objects = new LinkedHashMap<>();
  private final Set<String> order = new LinkedHashSet<>();

  /**
   * For one stage.
   *
   * @param emissions in registration order
   * @param carried the source's objects by name in the whole model; empty where they do not fit
   */
  FreshState(
      List<Emission> emissions,
      Map<String, PickleValue> carried,
      StageAssignment stages,
      int stage) {
    String open = "";
    for (Emission emission : emissions) {
      for (var home : stages.homes(emission.row(), emission.indexes(), emission.prefix())) {
        if (home.stage() == stage) {
          String module = ArrayObjects.module(home.name());
          close(open, module);
          open = module;
          order.add(home.name());
          state(emission, module, carried);
        }
      }
    }
    close(open, "");
  }

  private void state(Emission emission, String module, Map<String, PickleValue> carried) {
    Traits.ExtraState kind = emission.row().traits().extraState();
    if (kind == Traits.ExtraState.NONE) {
      return;
    }
    PickleValue found = carried.get(ArrayObjects.module(emission.name()) + STATE);
    PickleValue nothing = kind == Traits.ExtraState.EMPTY ? Constant.NONE : ExtraState.none();
    objects.put(module + STATE, found == null ? nothing : found);
  }

  /** A module's state stands behind its parameters. */
  private void close(String module, String next) {
    if (!module.equals(next) && objects.containsKey(module + STATE)) {
      order.add(module + STATE);
    }
  }

  @Override
  public Map<String, PickleValue> objects() {
    return objects;
  }

  @Override
  public List<String> names(Set<String> tensors) {
    return List.copyOf(order);
  }

  @Override
  public Optional<PickleValue> metadata(Set<String> tensors) {
    return Optional.empty();
  }
}

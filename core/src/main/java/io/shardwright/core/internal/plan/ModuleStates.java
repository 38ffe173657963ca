package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ModuleState.Content;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.ModuleState.Value;
import io.shardwright.spi.WeightLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Decides which states of the source's modules the target gets. */
public final class ModuleStates {
  private ModuleStates() {}

  /** The states of tensor-parallel rank 0, by name in the whole model. */
  static Map<String, Content> ofFirstRank(ModelDescription model) {
    var states = new LinkedHashMap<String, Content>();
    byName(model).forEach((name, ranks) -> states.put(name, ranks.get(0)));
    return states;
  }

  /** The states by name in the whole model, those of rank 0 first. */
  private static Map<String, List<Content>> byName(ModelDescription model) {
    var states = new LinkedHashMap<String, List<Content>>();
    model
        .states()
        .forEach(
            state ->
                states
                    .computeIfAbsent(state.name(), name -> new ArrayList<>())
                    .add(state.content()));
    return states;
  }

  /** Which of them a plan can't keep, for its user. */
  public static List<String> notes(ExecutablePlan plan) {
    var model = plan.source();
    var choice = plan.choice();
    if (choice.naming() != model.naming() || choice.prefix().isPresent()) {
      String what = choice.prefix().isPresent() ? "format" : "naming";
      return note(measured(model), "left out, because the target's " + what + " can't store them");
    }
    boolean arrays = choice.layout() == WeightLayout.DISTRIBUTED;
    boolean kept = !arrays && choice.grid().tensor() == model.grid().tensor();
    return note(
        kept ? List.of() : differing(model),
        "kept from tensor-parallel rank 0: ranks may differ, and "
            + (arrays ? "arrays have one for all ranks" : "the number of ranks changes"));
  }

  private static List<String> note(List<String> names, String what) {
    return names.isEmpty()
        ? List.of()
        : List.of("states of " + names.size() + " modules ('" + names.get(0) + "', …) are " + what);
  }

  private static List<String> differing(ModelDescription model) {
    return byName(model).entrySet().stream()
        .filter(state -> state.getValue().stream().anyMatch(c -> differs(state.getValue(), c)))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Values of tensors are not known before they are read. */
  private static boolean differs(List<Content> ranks, Content content) {
    return ranks.size() > 1 && (holdsBytes(content) || !alike(ranks.get(0), content));
  }

  private static boolean holdsBytes(Content content) {
    return content instanceof Stored stored && stored.tensor().spec().byteSize() > 0;
  }

  private static boolean alike(Content one, Content other) {
    return one instanceof Value a && other instanceof Value b
        ? Arrays.equals(PickleWriter.write(a.value()), PickleWriter.write(b.value()))
        : one instanceof Stored && other instanceof Stored;
  }

  /** Where all modules say the same they say that nothing was measured. */
  private static List<String> measured(ModelDescription model) {
    var states = ofFirstRank(model);
    states.values().removeIf(content -> content.equals(new Value(Constant.NONE)));
    var first = states.values().stream().findFirst();
    boolean any =
        states.values().stream().anyMatch(c -> holdsBytes(c) || !alike(first.orElseThrow(), c));
    return any ? List.copyOf(states.keySet()) : List.of();
  }
}

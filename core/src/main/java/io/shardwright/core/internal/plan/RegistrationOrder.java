package io.shardwright.core.internal.plan;

import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sorts parameters in the order in which a model registers them: rows before the layers, then layer
 * by layer, within a layer expert by expert, then rows after them; stack after stack.
 */
final class RegistrationOrder implements Comparator<Emission> {
  private static final long[] NOWHERE = {1 << 20, 1 << 20, 1 << 20, 1 << 20};

  private final Map<ParameterRule, long[]> places = new IdentityHashMap<>();
  private final List<ParameterRule> rules;
  private final boolean grouped;

  RegistrationOrder(ParameterTable table, List<LayerStack> stacks) {
    this(table, stacks, false);
  }

  /**
   * Sorts by a table.
   *
   * @param grouped whether one module has a linear layer of all experts, and registers weight and
   *     bias expert by expert before the next linear layer's (Transformer Engine, {@code
   *     pytorch/module/grouped_linear.py})
   */
  RegistrationOrder(ParameterTable table, List<LayerStack> stacks, boolean grouped) {
    this.grouped = grouped;
    rules = table.rules();
    int[] first = {-1, -1, -1};
    LayerStack stack = stacks.get(0);
    var modules = new HashMap<String, Integer>();
    for (int i = 0; i < rules.size(); i++) {
      LayerStack own = LayerStack.of(stacks, rules.get(i).canonical());
      if (!own.equals(stack)) {
        Arrays.fill(first, -1);
        stack = own;
      }
      int stars = (int) rules.get(i).pattern().chars().filter(c -> c == '*').count();
      for (int depth = 1; depth < first.length; depth++) {
        first[depth] = stars < depth ? -1 : first[depth] < 0 ? i : first[depth];
      }
      modules.putIfAbsent(module(rules.get(i).pattern()), i);
      places.put(
          rules.get(i),
          new long[] {
            stars > 0 ? first[1] : i,
            stars > 1 ? first[2] : i,
            modules.get(module(rules.get(i).pattern())),
            i
          });
    }
  }

  @Override
  public int compare(Emission one, Emission other) {
    int places = Arrays.compare(place(one), place(other));
    return places != 0 ? places : one.name().compareTo(other.name());
  }

  /**
   * The place of a parameter under one of the names that it has on a stage.
   *
   * @return to be compared number by number
   */
  long[] place(Emission emission, String name) {
    String own = name.substring(emission.prefix().length());
    long[] place = place(emission);
    return emission.row().traits().tiedCopies().contains(own) ? tied(own, place) : place;
  }

  /**
   * A tied copy stands before what its module has besides, or else behind all of the module that
   * has the layers.
   *
   * @param otherwise where there are no layers
   */
  private long[] tied(String copy, long[] otherwise) {
    long[] place = otherwise;
    String layered = "";
    for (ParameterRule rule : rules) {
      if (module(rule.pattern()).equals(module(copy))) {
        return new long[] {2 * places.get(rule)[0] - 1};
      }
      layered = rule.perLayer() ? first(rule.pattern()) : layered;
    }
    for (ParameterRule rule : rules) {
      if (first(rule.pattern()).equals(layered)) {
        place = new long[] {2 * places.get(rule)[0] + 1};
      }
    }
    return place;
  }

  private static String module(String name) {
    return name.substring(0, name.lastIndexOf('.') + 1);
  }

  private static String first(String name) {
    return name.substring(0, name.indexOf('.') + 1);
  }

  private long[] place(Emission emission) {
    long[] row = places.getOrDefault(emission.row(), NOWHERE);
    var indexes = emission.indexes();
    long layer = indexes.isEmpty() ? 0 : indexes.get(0);
    long expert = indexes.size() < 2 ? 0 : indexes.get(1);
    return grouped
        ? new long[] {2 * row[0], layer, row[1], row[2], expert, row[3]}
        : new long[] {2 * row[0], layer, row[1], expert, row[3]};
  }
}

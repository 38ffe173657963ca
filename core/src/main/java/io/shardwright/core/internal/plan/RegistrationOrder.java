package io.shardwright.core.internal.plan;

import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sorts parameters in the order in which a model registers them: rows before the layers, then layer
 * by layer, within a layer expert by expert, then rows after them; stack after stack.
 */
final class RegistrationOrder implements Comparator<Emission> {
  private final Map<ParameterRule, long[]> places = new IdentityHashMap<>();
  private final boolean grouped;

  RegistrationOrder(ParameterTable table, List<LayerStack> stacks) {
    this(table, stacks, false);
  }

  /**
   * Sorts by a table.
   *
   * @param grouped whether one module has all experts of a layer, and registers a row of each of
   *     them before the next row
   */
  RegistrationOrder(ParameterTable table, List<LayerStack> stacks, boolean grouped) {
    this.grouped = grouped;
    List<ParameterRule> rules = table.rules();
    int[] first = {-1, -1, -1};
    LayerStack stack = stacks.get(0);
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
      places.put(rules.get(i), new long[] {stars > 0 ? first[1] : i, stars > 1 ? first[2] : i, i});
    }
  }

  @Override
  public int compare(Emission one, Emission other) {
    long[] a = place(one);
    long[] b = place(other);
    for (int k = 0; k < a.length; k++) {
      if (a[k] != b[k]) {
        return Long.compare(a[k], b[k]);
      }
    }
    return one.name().compareTo(other.name());
  }

  private long[] place(Emission emission) {
    long[] row = places.getOrDefault(emission.row(), new long[] {1 << 20, 1 << 20, 1 << 20});
    var indexes = emission.indexes();
    long layer = indexes.isEmpty() ? 0 : indexes.get(0);
    long expert = indexes.size() < 2 ? 0 : indexes.get(1);
    return grouped
        ? new long[] {row[0], layer, row[1], row[2], expert}
        : new long[] {row[0], layer, row[1], expert, row[2]};
  }
}

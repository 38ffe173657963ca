package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.ParameterRule;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;

/** The keys of a row's arrays: all experts of a layer, and mostly all layers, have one. */
final class ArrayKeys {
  private record Last(String prefix, int layer, String key) {}

  private final StageLayers layers;
  private final Function<Emission, String> keys;
  private final Map<ParameterRule, Boolean> alike = new IdentityHashMap<>();
  private final Map<ParameterRule, Last> last = new IdentityHashMap<>();

  /**
   * Knows none yet.
   *
   * @param keys the key of an emission, which its prefix, row and layer tell
   */
  ArrayKeys(StageLayers layers, Function<Emission, String> keys) {
    this.layers = layers;
    this.keys = keys;
  }

  /** The keys of parameters. */
  static ArrayKeys of(StageLayers layers) {
    return new ArrayKeys(layers, emission -> emission.key(layers.alike(emission.row())));
  }

  /** Whether the layers of a row's stack are, so that an array holds all of them. */
  boolean alike(ParameterRule row) {
    return alike.computeIfAbsent(row, layers::alike);
  }

  /** The key of the array that holds a tensor. */
  String of(Emission emission) {
    boolean all = emission.indexes().isEmpty() || alike(emission.row());
    int layer = all ? -1 : emission.indexes().get(0);
    Last known = last.get(emission.row());
    if (known == null || known.layer() != layer || !known.prefix().equals(emission.prefix())) {
      known = new Last(emission.prefix(), layer, keys.apply(emission));
      last.put(emission.row(), known);
    }
    return known.key();
  }
}

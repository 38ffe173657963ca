package io.shardwright.core.internal.describe;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A logical tensor: a whole parameter of the model, with the places of its elements in the files.
 *
 * @param id its canonical name, layers numbered in the whole model
 * @param spec the source's name of it with the format's prefix and whole shape; where the source
 *     has it in several parts, those of the first; and the narrowest element type that holds all of
 *     them
 * @param prefix what the format puts before names
 * @param rule how the family cuts it
 * @param indexes what stands for each {@code *} of the rule: its layer, its expert
 * @param canonical its shape, an axis per factor
 * @param parts views that cover it exactly once
 * @param replicas further views of the same elements, which must be equal
 */
public record LogicalTensor(
    String id,
    TensorSpec spec,
    String prefix,
    ParameterRule rule,
    List<Integer> indexes,
    Shape canonical,
    List<SourcePart> parts,
    List<Replica> replicas) {
  /** Its layer in the whole model; empty where it belongs to none. */
  public OptionalInt layer() {
    return indexes.isEmpty() ? OptionalInt.empty() : OptionalInt.of(indexes.get(0));
  }

  /** What the file calls it, or its first part. */
  public String stored() {
    return parts.isEmpty() ? spec.name() : parts.get(0).tensor().spec().name();
  }

  /** The types that its elements are stored in, those that are stored once more too. */
  public Set<DType> types() {
    return types(parts, replicas);
  }

  /** A master weight is of another type, and makes no weight of that type. */
  static Set<DType> types(List<SourcePart> parts, List<Replica> replicas) {
    var types = EnumSet.noneOf(DType.class);
    parts.forEach(part -> types.add(part.dtype()));
    for (Replica replica : replicas) {
      if (!replica.kind().isOfAnotherType()) {
        types.add(replica.part().dtype());
      }
    }
    return types;
  }

  /** Whether one cast can make a tensor of parts of these types; a buffer is never cast. */
  static boolean castable(ParameterRule rule, DType one, DType other) {
    boolean buffer = rule.stage() == ParameterRule.Stage.EVERY;
    return one == other || one.isFloating() && other.isFloating() && !buffer;
  }

  /** The narrowest floating-point type that has all values of several. */
  static DType holding(Set<DType> types) {
    return types.contains(DType.FLOAT64) ? DType.FLOAT64 : DType.FLOAT32;
  }

  /** A configuration as a row of the tensor's layer sees it. */
  public ModelConfig settings(ParameterRule row, ModelConfig config) {
    return settings(row, indexes, config);
  }

  static ModelConfig settings(ParameterRule row, List<Integer> indexes, ModelConfig config) {
    return indexes.isEmpty() || row.uniform() ? config : config.at(indexes.get(0));
  }

  /** Whether a row of the tensor's is in force in its layer. */
  public boolean isOn(ParameterRule row, ModelConfig config) {
    return indexes.isEmpty() || row.isOn(config, indexes.get(0));
  }

  /**
   * What an optimizer keeps for it, without places.
   *
   * @param kind what stands before the parameter's name
   */
  public LogicalTensor companion(String kind) {
    var own = new TensorSpec(kind + spec.name(), DType.FLOAT32, spec.shape());
    return new LogicalTensor(
        kind + id, own, kind + prefix, rule, indexes, canonical, List.of(), List.of());
  }

  /** The same in other places. */
  public LogicalTensor in(List<SourcePart> places, List<Replica> again) {
    return new LogicalTensor(id, spec, prefix, rule, indexes, canonical, places, again);
  }

  /** Its size in bytes. */
  public long byteSize() {
    return Math.multiplyExact(canonical.elements(), spec.dtype().byteSize());
  }

  /** A pattern with its stars replaced. */
  public static String name(String pattern, List<Integer> indexes) {
    String name = pattern;
    for (int index : indexes) {
      name = StarredPart.replaced(name, index);
    }
    return name;
  }
}

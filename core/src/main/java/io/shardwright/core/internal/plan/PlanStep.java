package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LowRankProduct;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.View;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A step of a plan. The set of kinds is closed, so that a plan can be shown, checked and run
 * elsewhere.
 */
public sealed interface PlanStep {

  /** Views of the target tensors, each of which they cover exactly once. */
  List<To> to();

  /** The logical tensor; its shape has an axis per factor. */
  TensorSpec tensor();

  /** The types of the target tensors. */
  default Set<DType> types() {
    if (to() instanceof ArrayChunks chunks) {
      return chunks.isEmpty() ? Set.of() : Set.of(chunks.spec().dtype());
    }
    var types = new LinkedHashSet<DType>();
    to().forEach(to -> types.add(to.tensor().spec().dtype()));
    return types;
  }

  /** How many elements are read or made, by their type. */
  default Map<DType, Long> elements() {
    Map<DType, Long> read = new EnumMap<>(DType.class);
    copied()
        .ifPresent(
            copy ->
                copy.from()
                    .forEach(part -> read.merge(part.dtype(), part.elements(), Math::addExact)));
    DType one = read.keySet().stream().findFirst().orElse(tensor().dtype());
    return read.size() > 1 ? read : Map.of(one, tensor().shape().elements());
  }

  /** What is moved; empty where values are made. */
  default Optional<Copy> copied() {
    return Optional.empty();
  }

  /**
   * Moves a logical tensor's elements from where they lie to where they belong; a target of another
   * element type gets them cast.
   *
   * @param tensor of the type that elements are held in: what is of another is cast as it is read
   * @param from views that together with {@code zeros} cover the tensor exactly once
   * @param replicas further views of the same elements, which must be equal, or equal once rounded
   * @param zeros boxes that no source has and that are zero in the target: new vocabulary padding
   * @param leftOut what the target has no place for: vocabulary padding, buffers
   * @param shift what is added to every element
   */
  record Copy(
      TensorSpec tensor,
      List<SourcePart> from,
      List<Replica> replicas,
      List<Region> zeros,
      List<SourcePart> leftOut,
      double shift,
      List<To> to)
      implements PlanStep {
    @Override
    public Optional<Copy> copied() {
      return Optional.of(this);
    }

    /** Whether anything is cast as it is read. */
    public boolean mixed() {
      return Stream.concat(from.stream(), compared().stream())
          .anyMatch(part -> part.dtype() != tensor.dtype());
    }

    /** Whether a view is of the weights that what is read are the masters of. */
    public boolean isWeight(SourcePart part) {
      return replicas.stream()
          .anyMatch(again -> again.part() == part && again.kind() == Replica.Kind.WEIGHT);
    }

    /** The views that are compared with what is read. */
    public List<SourcePart> compared() {
      return replicas.stream().map(Replica::part).toList();
    }
  }

  /**
   * Writes values that the configuration determines.
   *
   * @param values the tensor's bytes, little-endian and row-major
   */
  record Fill(TensorSpec tensor, byte[] values, List<To> to) implements PlanStep {
    @Override
    public String toString() {
      return "Fill[" + tensor + ", " + HexFormat.of().formatHex(values) + ", " + to + "]";
    }
  }

  /**
   * Adds products to a weight on its way: what is copied, plus each product, in binary32, rounded
   * once to the target's type.
   *
   * @param copy what would be done without them
   * @param products at least one
   */
  record LowRankMerge(Copy copy, List<LowRankProduct> products) implements PlanStep {
    @Override
    public TensorSpec tensor() {
      return copy.tensor();
    }

    @Override
    public List<To> to() {
      return copy.to();
    }

    @Override
    public Optional<Copy> copied() {
      return Optional.of(copy);
    }
  }

  /** Elements of a target tensor. */
  record To(TargetTensor tensor, View view) {}
}

package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.OptionalLong;

/**
 * A logical tensor as every checkpoint of the model has it, whatever its layout and naming.
 *
 * @param spec its canonical name, element type and shape at TP 1
 * @param factors its shape with an axis per factor: the same elements in the same order
 * @param parts views that cover it exactly once
 * @param shift what is added to a stored value
 * @param vocabulary whether axis 0 counts vocabulary rows
 * @param trueRows how many of those are no padding; empty where nobody knows
 */
public record CanonicalTensor(
    TensorSpec spec,
    Shape factors,
    List<SourcePart> parts,
    double shift,
    boolean vocabulary,
    OptionalLong trueRows) {

  /** A state of a module, which is a tensor by itself. */
  public static CanonicalTensor asStored(Stored state) {
    var part = SourcePart.whole(state.member(), state.tensor());
    return asStored(state.tensor().spec(), List.of(part));
  }

  /** A tensor of which nothing is known but where it lies. */
  public static CanonicalTensor asStored(TensorSpec spec, List<SourcePart> parts) {
    return new CanonicalTensor(spec, spec.shape(), parts, 0, false, OptionalLong.empty());
  }

  /** Its like under another name, stored elsewhere; in the same place where no parts are given. */
  CanonicalTensor as(String name, List<SourcePart> elsewhere) {
    return new CanonicalTensor(
        new TensorSpec(name, spec.dtype(), spec.shape()),
        factors,
        elsewhere.isEmpty() ? parts : elsewhere,
        shift,
        vocabulary,
        trueRows);
  }

  /** Its name, type and shape with an axis per factor. */
  public TensorSpec factored() {
    return new TensorSpec(spec.name(), spec.dtype(), factors);
  }

  /** Elements of a row: of everything but axis 0. */
  public long rowElements() {
    return factors.elementsFrom(1);
  }

  /** The same without vocabulary padding. */
  public CanonicalTensor unpadded() {
    if (!vocabulary || trueRows.isEmpty() || trueRows.getAsLong() >= factors.dim(0)) {
      return this;
    }
    long rows = trueRows.getAsLong();
    Shape fewer = factors.with(0, rows);
    var kept =
        parts.stream()
            .flatMap(
                part ->
                    part.view().within(fewer).stream()
                        .map(view -> new SourcePart(part.member(), part.tensor(), view)))
            .toList();
    var unpadded = new TensorSpec(spec.name(), spec.dtype(), spec.shape().with(0, rows));
    return new CanonicalTensor(unpadded, fewer, kept, shift, true, trueRows);
  }
}

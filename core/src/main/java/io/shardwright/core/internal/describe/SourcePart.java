package io.shardwright.core.internal.describe;

import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import java.util.List;

/**
 * The elements of a source tensor that belong to a logical tensor, and which of its elements they
 * are.
 *
 * @param member the file they lie in, for messages
 * @param view which elements of the logical tensor they are
 */
public record SourcePart(String member, SourceTensor tensor, View view) {

  /** The type that its elements are stored in. */
  public DType dtype() {
    return tensor.spec().dtype();
  }

  /** How many elements it has. */
  public long elements() {
    return view.logical().shape().elements();
  }

  /** All of a tensor that is a logical tensor by itself. */
  public static SourcePart whole(String member, SourceTensor tensor) {
    var view = new View(Region.whole(tensor.spec().shape()), tensor.start(), tensor.strides());
    return new SourcePart(member, tensor, view);
  }

  /** How many elements several have. */
  static long elements(List<SourcePart> parts) {
    return parts.stream().mapToLong(part -> part.view().logical().shape().elements()).sum();
  }
}

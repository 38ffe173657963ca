package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The chunks of an array that one tensor of the model becomes, and its views of them. They are made
 * when they are asked for: a model of many experts has hundreds of thousands.
 */
public final class ArrayChunks extends AbstractList<To> implements RandomAccess {
  private final String folder;
  private final TensorSpec spec;
  private final List<Integer> leading;
  private final int owner;
  private final ArrayCut cut;

  /**
   * Chunks.
   *
   * @param folder the distributed checkpoint's, with a slash
   * @param spec of a chunk, with the array's key
   * @param leading layer and expert
   * @param owner the rank that writes the first share
   */
  ArrayChunks(String folder, TensorSpec spec, List<Integer> leading, int owner, ArrayCut cut) {
    this.folder = folder;
    this.spec = spec;
    this.leading = leading;
    this.owner = owner;
    this.cut = cut;
  }

  /** Key, element type and shape of each chunk. */
  public TensorSpec spec() {
    return spec;
  }

  /** How many chunks there are. */
  public int count() {
    return cut.parts().size();
  }

  /** A chunk's index in the array. */
  public List<Long> index(int chunk) {
    var index = new ArrayList<Long>(spec.shape().rank());
    for (int each : leading) {
      index.add((long) each);
    }
    index.addAll(cut.parts().get(chunk).index());
    return index;
  }

  /** A chunk. */
  public TargetTensor tensor(int chunk) {
    String file =
        Stream.concat(leading.stream(), cut.parts().get(chunk).index().stream())
            .map(String::valueOf)
            .collect(Collectors.joining("."));
    return new TargetTensor(folder + spec.name() + "/" + (file.isEmpty() ? "0" : file), spec);
  }

  /** All chunks. */
  Stream<TargetTensor> tensors() {
    return IntStream.range(0, count()).mapToObj(this::tensor);
  }

  /** The rank that writes a chunk. */
  public int owner(int chunk) {
    return owner + cut.parts().get(chunk).share();
  }

  List<Integer> leading() {
    return leading;
  }

  ArrayCut cut() {
    return cut;
  }

  @Override
  public int size() {
    return cut.views();
  }

  @Override
  public To get(int view) {
    if (cut.dense()) {
      return new To(tensor(view), cut.parts().get(view).views().get(0));
    }
    int left = Objects.checkIndex(view, size());
    int chunk = 0;
    while (left >= cut.parts().get(chunk).views().size()) {
      left -= cut.parts().get(chunk++).views().size();
    }
    return new To(tensor(chunk), cut.parts().get(chunk).views().get(left));
  }
}

package io.shardwright.core.internal.compare;

import io.shardwright.core.TensorDifference;
import io.shardwright.core.TensorDifference.Kind;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.execute.Distance;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.TensorBlocks;
import io.shardwright.core.internal.plan.CanonicalTensor;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Compares one tensor of two checkpoints. */
record TensorComparison(CanonicalTensor first, CanonicalTensor second, Progress progress) {
  /** What one thread needs: both sides are read at once. */
  record Buffers(TensorBlocks first, TensorBlocks second) {
    Buffers() {
      this(new TensorBlocks(), new TensorBlocks());
    }
  }

  /** The difference; empty where there is none. */
  Optional<TensorDifference> run(Buffers buffers) {
    boolean padded = first.vocabulary() || second.vocabulary();
    if (!comparable(first.spec().shape(), second.spec().shape(), padded)) {
      return Optional.of(difference(Kind.SHAPE, 0, new Distance(dtype(first), dtype(second))));
    }
    var one = buffers.first().open(first);
    var other = buffers.second().open(second);
    long rows = padded ? rows() : 1;
    long compared = padded ? rows * first.rowElements() : first.factors().elements();
    var distance = new Distance(dtype(first), dtype(second));
    int step = Math.min(one.most(), other.most());
    for (long at = 0; at < compared; at += step) {
      long to = Math.min(compared, at + step);
      distance.add(one.read(at, to), other.read(at, to));
      progress.advance((to - at) * dtype(first).byteSize());
    }
    boolean more = !padding(rows) && (rest(first, one, compared) | rest(second, other, compared));
    one.end();
    other.end();
    return kind(distance, more).map(kind -> difference(kind, compared, distance));
  }

  private static DType dtype(CanonicalTensor tensor) {
    return tensor.spec().dtype();
  }

  private static boolean comparable(Shape one, Shape other, boolean padded) {
    return one.equals(other)
        || padded && one.rank() == other.rank() && one.with(0, other.dim(0)).equals(other);
  }

  /** Rows that both have and that neither knows to be padding. */
  private long rows() {
    long rows = Math.min(first.factors().dim(0), second.factors().dim(0));
    return Math.min(rows, Math.min(known(first), known(second)));
  }

  private static long known(CanonicalTensor tensor) {
    return tensor.trueRows().orElse(Long.MAX_VALUE);
  }

  /** Whether all that is behind so many rows is known to be padding, whatever it holds. */
  private boolean padding(long rows) {
    return Math.min(known(first), known(second)) <= rows;
  }

  /** Whether there is anything but zeros behind what was compared. */
  private static boolean rest(CanonicalTensor tensor, TensorBlocks.Cursor cursor, long compared) {
    boolean zero = true;
    long elements = tensor.factors().elements();
    for (long at = compared; at < elements; at += cursor.most()) {
      zero &= zero(cursor.read(at, Math.min(elements, at + cursor.most())));
    }
    return !zero;
  }

  private static boolean zero(ByteBuffer bytes) {
    for (int at = 0; at < bytes.limit(); at++) {
      if (bytes.get(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private Optional<Kind> kind(Distance distance, boolean more) {
    if (types().get(0) != types().get(1)) {
      return Optional.of(Kind.DTYPE);
    }
    return distance.differing() > 0
        ? Optional.of(Kind.VALUES)
        : more ? Optional.of(Kind.ROWS) : Optional.empty();
  }

  /** The types of both, of the first elements that are of different ones. */
  private List<DType> types() {
    boolean alike = first.factors().rank() == second.factors().rank();
    for (SourcePart one : alike ? first.parts() : List.<SourcePart>of()) {
      for (SourcePart other : second.parts()) {
        if (one.dtype() != other.dtype() && one.view().logical().overlaps(other.view().logical())) {
          return List.of(one.dtype(), other.dtype());
        }
      }
    }
    return List.of(dtype(first), dtype(second));
  }

  private TensorDifference difference(Kind kind, long compared, Distance distance) {
    return new TensorDifference(
        kind,
        first.spec().name(),
        Optional.of(spec(first, types().get(0))),
        Optional.of(spec(second, types().get(1))),
        compared,
        distance.differing(),
        distance.absolute(),
        distance.relative());
  }

  private static TensorSpec spec(CanonicalTensor tensor, DType type) {
    return new TensorSpec(tensor.spec().name(), type, tensor.spec().shape());
  }
}

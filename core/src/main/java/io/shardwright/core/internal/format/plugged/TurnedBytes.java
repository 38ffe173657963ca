package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The row-major bytes of a tensor whose elements lie in another order. Whole rows are read at a
 * time, in runs along the axis whose neighbours are neighbours in the file.
 */
final class TurnedBytes implements ByteSource {
  private final ByteSource stored;
  private final Shape shape;
  private final List<Long> strides;
  private final int element;
  private final long size;

  /**
   * Reads nothing yet.
   *
   * @param stored from the first element on
   * @param element bytes of one
   */
  TurnedBytes(ByteSource stored, Shape shape, List<Long> strides, int element) {
    this.stored = stored;
    this.shape = shape;
    this.strides = strides;
    this.element = element;
    this.size = Math.multiplyExact(shape.elements(), (long) element);
  }

  @Override
  public String name() {
    return stored.name();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(ByteBuffer target, long position) {
    if (position >= size) {
      return -1;
    }
    int begin = target.position();
    long elements = target.remaining() / element;
    if (position % element == 0 && elements > 0) {
      long from = position / element;
      gather(0, 0, from, Math.min(shape.elements(), from + elements), target);
    } else {
      part(target, position);
    }
    return target.position() - begin;
  }

  /** The rest of one element, or as much of it as there is room for. */
  private void part(ByteBuffer target, long position) {
    var one = ByteBuffer.allocate(element);
    long first = position / element;
    gather(0, 0, first, first + 1, one);
    one.flip().position((int) (position % element));
    one.limit(Math.min(element, one.position() + target.remaining()));
    target.put(one);
  }

  /**
   * Elements of the box that an axis and those inside it make.
   *
   * @param base its first element in the file
   */
  private void gather(int axis, long base, long from, long to, ByteBuffer target) {
    if (axis == shape.rank()) {
      copy(base, 1, 1, target, target.position());
      target.position(target.position() + element);
      return;
    }
    long row = shape.elementsFrom(axis + 1);
    long at = from;
    while (at < to) {
      long index = at / row;
      long whole = at % row == 0 ? (to - at) / row : 0;
      long end = whole > 0 ? at + whole * row : Math.min(to, (index + 1) * row);
      long start = base + index * strides.get(axis);
      if (whole > 0) {
        rows(axis, whole, start, target);
      } else {
        gather(axis + 1, start, at - index * row, end - index * row, target);
      }
      at = end;
    }
  }

  /** Whole rows of an axis. */
  private void rows(int axis, long count, long start, ByteBuffer target) {
    long[] dims = new long[shape.rank() - axis];
    for (int inner = 0; inner < dims.length; inner++) {
      dims[inner] = inner == 0 ? count : shape.dim(axis + inner);
    }
    int run = neighbours(axis, dims);
    long length = run < 0 ? 1 : dims[run];
    long step = run < 0 ? 1 : shape.elementsFrom(axis + run + 1);
    long runs = count * shape.elementsFrom(axis + 1) / length;
    int begin = target.position();
    for (long number = 0; number < runs; number++) {
      long rest = number;
      long from = start;
      long to = 0;
      for (int inner = dims.length - 1; inner >= 0; inner--) {
        long extent = inner == run ? 1 : dims[inner];
        from += rest % extent * strides.get(axis + inner);
        to += rest % extent * shape.elementsFrom(axis + inner + 1);
        rest /= extent;
      }
      copy(from, length, step, target, begin + (int) (to * element));
    }
    target.position(begin + (int) (count * shape.elementsFrom(axis + 1) * element));
  }

  private int neighbours(int axis, long[] dims) {
    for (int inner = dims.length - 1; inner >= 0; inner--) {
      if (dims[inner] > 1 && strides.get(axis + inner) == 1) {
        return inner;
      }
    }
    return -1;
  }

  /** Neighbours in the file, to places that are so many elements apart. */
  private void copy(long from, long count, long step, ByteBuffer target, int to) {
    var run = ByteBuffer.allocate((int) (count * element));
    stored.readFully(run, from * element);
    for (int index = 0; index < count; index++) {
      target.put(to + (int) (index * step * element), run, index * element, element);
    }
  }
}

package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The dense bytes of a tensor that is larger than its storage, because strides are 0 or overlap.
 * The storage is read once, when its first byte is needed; read element by element it would be read
 * as often as it is repeated.
 */
final class ExpandedSource implements ByteSource {
  /** One axis; neighbours that one stride serves are one. */
  private record Axis(long dim, long stride) {}

  private final ByteSource stored;
  private final long size;
  private final int element;
  private final long start;
  private final List<Axis> axes = new ArrayList<>();
  private final Supplier<byte[]> kept;
  private byte[] bytes;

  /**
   * Reads nothing yet.
   *
   * @param stored where the values lie
   * @param kept reads all of that, once
   */
  ExpandedSource(
      TensorSpec spec, long start, List<Long> strides, ByteSource stored, Supplier<byte[]> kept) {
    this.stored = stored;
    this.size = spec.byteSize();
    this.element = spec.dtype().byteSize();
    this.start = start;
    this.kept = kept;
    for (int axis = 0; axis < strides.size(); axis++) {
      add(new Axis(spec.shape().dim(axis), strides.get(axis)));
    }
    if (axes.isEmpty()) {
      axes.add(new Axis(1, 0));
    }
  }

  private void add(Axis next) {
    Axis last = axes.isEmpty() ? null : axes.get(axes.size() - 1);
    if (next.dim() == 1) {
      return;
    }
    if (last != null && last.stride() == next.stride() * next.dim()) {
      axes.set(axes.size() - 1, new Axis(last.dim() * next.dim(), next.stride()));
    } else {
      axes.add(next);
    }
  }

  @Override
  public String name() {
    return stored.name();
  }

  /** Tells whether two runs read the same values. */
  @Override
  public String toString() {
    return axes + " from " + start + " of " + stored;
  }

  @Override
  public long size() {
    return size;
  }

  private synchronized byte[] bytes() {
    if (bytes == null) {
      bytes = kept.get();
    }
    return bytes;
  }

  @Override
  public int read(ByteBuffer target, long position) {
    if (position >= size) {
      return -1;
    }
    int count = (int) Math.min(target.remaining(), size - position);
    long at = position;
    while (at < position + count) {
      at += run(target, at, position + count - at);
    }
    return count;
  }

  /** Writes what the innermost axis has from a position on, and no more than is wanted. */
  private long run(ByteBuffer target, long position, long wanted) {
    byte[] from = bytes();
    Axis inner = axes.get(axes.size() - 1);
    long first = position / element;
    int skip = (int) (position % element);
    long stored = stored(first);
    if (skip > 0 || wanted < element) {
      int part = (int) Math.min(element - skip, wanted);
      target.put(from, (int) (stored * element) + skip, part);
      return part;
    }
    long elements = Math.min(wanted / element, inner.dim() - first % inner.dim());
    if (inner.stride() == 1) {
      target.put(from, (int) (stored * element), (int) (elements * element));
    } else if (inner.stride() == 0) {
      repeat(target, from, (int) (stored * element), (int) elements);
    } else {
      for (long i = 0; i < elements; i++) {
        target.put(from, (int) ((stored + i * inner.stride()) * element), element);
      }
    }
    return elements * element;
  }

  /** The place in the storage of an element, counted row-major. */
  private long stored(long index) {
    long at = start;
    long rest = index;
    for (int axis = axes.size() - 1; axis >= 0; axis--) {
      at += rest % axes.get(axis).dim() * axes.get(axis).stride();
      rest /= axes.get(axis).dim();
    }
    return at;
  }

  /** One element many times, doubling what there is. */
  private void repeat(ByteBuffer target, byte[] from, int at, int times) {
    int begin = target.position();
    int total = times * element;
    target.put(from, at, element);
    for (int done = element; done < total; ) {
      int more = Math.min(done, total - done);
      target.put(begin + done, target, begin, more);
      done += more;
      target.position(begin + done);
    }
  }
}

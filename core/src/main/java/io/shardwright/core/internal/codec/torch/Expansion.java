package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Limits how much larger a file's tensors may be than the file. A stored value can stand for many,
 * and many tensors can share a storage; real files share each a few times.
 */
final class Expansion {
  private static final long FREE_SHARES = 8;
  private static final long LARGEST = 1L << 61;

  private final String file;
  private final long stored;
  private final Guard guard;
  private final Set<PickleValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private long total;
  private long runs;

  Expansion(String file, long stored, Guard guard) {
    this.file = file;
    this.stored = stored;
    this.guard = guard;
  }

  /**
   * Counts a tensor once.
   *
   * @param value that builds it
   * @param strides elements between neighbours along each axis
   * @param storageBytes where it lies
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if that is too much
   */
  void add(PickleValue value, TensorSpec spec, List<Long> strides, long storageBytes) {
    long bytes = spec.byteSize();
    guard.require(Limit.EXPAND_BYTES, bytes - storageBytes, file + ": '" + spec.name() + "'");
    if (seen.add(value)) {
      guard.require(Limit.TENSORS, seen.size(), file);
      total = total > Long.MAX_VALUE - bytes ? Long.MAX_VALUE : total + bytes;
      guard.require(Limit.EXPAND_BYTES, total - FREE_SHARES * stored, file);
      runs = Math.min(Long.MAX_VALUE - LARGEST, runs) + Math.min(LARGEST, runs(spec, strides));
      guard.require(Limit.STRIDE_RUNS, runs - FREE_SHARES * stored, file);
    }
  }

  /** How many pieces a tensor is gathered from: a row-major one is a single piece. */
  private static long runs(TensorSpec spec, List<Long> strides) {
    List<Long> sizes = spec.shape().dims();
    long run = 1;
    for (int axis = sizes.size() - 1; axis >= 0; axis--) {
      if (sizes.get(axis) != 1 && strides.get(axis) != run) {
        break;
      }
      run *= Math.max(1, sizes.get(axis));
    }
    return spec.shape().elements() / run;
  }
}

package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.codec.dcp.PickledValue.Instance;
import io.shardwright.core.internal.codec.pickle.PickleOps;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.Arrays;
import java.util.Optional;

/**
 * A list of the metadata: a tensor's chunks as boxes of equal rank. Items of other kinds, of which
 * plans have lists, are counted and not kept.
 */
final class Boxes {
  private static final int UNKNOWN = -1;

  private final Rows rows = new Rows();
  private int rank = UNKNOWN;
  private int others;

  void add(Object item, PickleOps ops, Guard guard) {
    if (!(item instanceof Instance chunk && chunk.is(PickledClass.CHUNK))) {
      others++;
      return;
    }
    Optional<long[]> offsets = chunk.field("offsets", long[].class);
    Optional<long[]> sizes = chunk.field("sizes", long[].class);
    if (offsets.isEmpty() || sizes.isEmpty()) {
      throw ops.malformed("a chunk without offsets and sizes");
    }
    rank = rank == UNKNOWN ? offsets.get().length : rank;
    if (offsets.get().length != rank || sizes.get().length != rank) {
      throw ops.malformed(
          "a chunk with offsets "
              + Arrays.toString(offsets.get())
              + " and sizes "
              + Arrays.toString(sizes.get())
              + " where "
              + rank
              + " axes are expected");
    }
    rows.begin(guard, ops.name());
    rows.addAll(offsets.get(), guard, ops.name());
    rows.addAll(sizes.get(), guard, ops.name());
  }

  /** Refuses if they can't be chunks of a tensor. */
  void requireOf(TensorSpec spec, String where) {
    if (others > 0 || rank != UNKNOWN && rank != spec.shape().rank()) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED,
          where,
          "'"
              + spec.name()
              + "' of shape "
              + spec.shape()
              + (others > 0
                  ? " has a list of chunks with " + others + " items of another class"
                  : " has chunks of " + rank + " axes"));
    }
  }

  int count() {
    return rows.count();
  }

  long offset(int box, int axis) {
    return rows.get(box, axis);
  }

  long size(int box, int axis) {
    return rows.get(box, rank + axis);
  }

  long end(int box, int axis) {
    return offset(box, axis) + size(box, axis);
  }
}

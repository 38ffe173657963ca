package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.dcp.PickledValue.Instance;
import io.shardwright.core.internal.codec.dcp.PickledValue.Pairs;
import io.shardwright.core.internal.codec.dcp.PickledValue.Plain;
import io.shardwright.core.internal.codec.dcp.PickledValue.Tuple;
import io.shardwright.core.internal.codec.pickle.PickleOps;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The memo of the machine. A pickler numbers every value that it writes and few are asked for
 * again; only those are kept, and of them none that could hold many others, which plans alone ask
 * for again.
 */
final class MetadataMemo {
  private static final int PAGE = 1 << 10;

  /** A tuple of so many numbers may be a shape, which several tensors have. */
  private static final int SHAPE = 16;

  private final PickleOps ops;
  private final Guard guard;
  private final BitSet wanted;
  private final long limit;
  private Object[][] pages = {};
  private long cells;
  private long kept;

  private MetadataMemo(PickleOps ops, Guard guard, BitSet wanted) {
    this.ops = ops;
    this.guard = guard;
    this.wanted = wanted;
    this.limit = guard.limit(Limit.PICKLE_MEMO);
  }

  /** An empty memo for the operations of a source, which are read once beforehand. */
  static MetadataMemo of(ByteSource source, PickleOps ops, Guard guard) {
    var wanted = new BitSet();
    var all = new PickleOps(source, guard);
    for (int operation = all.next(); operation != '.'; operation = all.next()) {
      if (operation == 'h' || operation == 'j') {
        if (all.number() >= all.size()) {
          throw all.malformed("reads memo cell " + all.number() + ", which was never set");
        }
        wanted.set((int) all.number());
      }
    }
    return new MetadataMemo(ops, guard, wanted);
  }

  /** Sets the next cell. */
  void memoize(Object value) {
    int cell = (int) cells++;
    if (!wanted.get(cell) || !keeps(value)) {
      return;
    }
    if (++kept > limit) {
      throw Guard.over(Limit.PICKLE_MEMO, kept, limit, ops.where());
    }
    if (cell / PAGE >= pages.length) {
      pages = Arrays.copyOf(pages, cell / PAGE + 1 + pages.length / 2);
    }
    if (pages[cell / PAGE] == null) {
      guard.take(Long.BYTES * (long) PAGE, ops.where());
      pages[cell / PAGE] = new Object[PAGE];
    }
    if (value instanceof Tuple tuple) {
      guard.take((long) Long.BYTES * tuple.items().size(), ops.where());
    }
    pages[cell / PAGE][cell % PAGE] = value;
  }

  private static boolean keeps(Object value) {
    return value instanceof Tuple tuple
        ? tuple.items().size() <= SHAPE && tuple.items().stream().allMatch(Long.class::isInstance)
        : !(value instanceof Pairs || value instanceof Boxes)
            && !(value instanceof Instance instance && !instance.is(PickledClass.PROPERTIES));
  }

  /** Sets a cell by its number: every pickler sets them in order. */
  void put(long cell, Object value) {
    if (cell != cells) {
      throw ops.malformed("sets memo cell " + cell + ", expected " + cells);
    }
    memoize(value);
  }

  /** What was put there; {@link Plain#PASSED} for what is not kept. */
  Object get(long cell) {
    if (cell >= cells) {
      throw ops.malformed("reads memo cell " + cell + ", which was never set");
    }
    int page = (int) cell / PAGE;
    boolean there = page < pages.length && pages[page] != null;
    Object value = there ? pages[page][(int) cell % PAGE] : null;
    return value == null ? Plain.PASSED : value;
  }
}

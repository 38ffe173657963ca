package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A tensor of a distributed checkpoint and its chunks, which hold each of its elements once. Empty
 * chunks, as ranks without a share write them, are not told.
 */
public final class DcpTensor {
  private static final int NONE = -1;
  private static final int COST = 32;

  private final TensorSpec spec;
  private final Optional<Shape> original;
  private final Boxes boxes;
  private final Places places;

  /** The chunks in row-major order of their offsets. */
  private final int[] order;

  private final int[] items;
  private final Set<List<Long>> empty = new HashSet<>();
  private final String where;

  /**
   * A tensor of a metadata.
   *
   * @param original the shape that it has where it is stored as flat shards
   */
  DcpTensor(
      TensorSpec spec,
      Boxes boxes,
      Places places,
      Optional<Shape> original,
      Guard guard,
      String where) {
    this.spec = spec;
    this.original = original;
    this.boxes = boxes;
    this.places = places;
    this.where = where;
    guard.take((long) COST * boxes.count(), where);
    order = ordered(guard);
    items = new int[order.length];
    Arrays.fill(items, NONE);
    if (spec.shape().elements() > 0) {
      Tiling.fault(spec.shape(), boxes, order, guard, where).ifPresent(this::refuse);
    }
  }

  private int[] ordered(Guard guard) {
    var filled = new ArrayList<Integer>();
    for (int box = 0; box < boxes.count(); box++) {
      requireInside(box);
      if (isEmpty(box)) {
        guard.take(COST + (long) COST * spec.shape().rank(), where);
        empty.add(list(offsets(box)));
      } else {
        filled.add(box);
      }
    }
    Comparator<Integer> byOffset = (one, other) -> compare(one, offsets(other));
    return filled.stream().sorted(byOffset).mapToInt(Integer::intValue).toArray();
  }

  private void requireInside(int box) {
    for (int axis = 0; axis < spec.shape().rank(); axis++) {
      long dim = spec.shape().dim(axis);
      if (boxes.offset(box, axis) > dim || boxes.size(box, axis) > dim - boxes.offset(box, axis)) {
        throw malformed("a chunk " + describe(box) + " that ends outside");
      }
    }
  }

  private String describe(int box) {
    return "at " + Arrays.toString(offsets(box)) + " of " + Arrays.toString(sizes(box));
  }

  /** The layer and expert; a flat shard's element has no such indexes. */
  private String place(List<Long> element) {
    return original.isEmpty() ? StackPlace.of(spec.name(), element) : "";
  }

  private void refuse(Tiling.Fault fault) {
    throw malformed(
        "chunks that "
            + (fault.missing() ? "leave out" : "hold twice")
            + " the element at "
            + fault.element()
            + place(fault.element()));
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED,
        where,
        "'"
            + spec.name()
            + "' of shape "
            + spec.shape()
            + " has "
            + problem
            + ": the save is unfinished or damaged, save or fetch the folder again");
  }

  private static List<Long> list(long[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  private boolean isEmpty(int box) {
    for (int axis = 0; axis < spec.shape().rank(); axis++) {
      if (boxes.size(box, axis) == 0) {
        return true;
      }
    }
    return false;
  }

  private long[] offsets(int box) {
    var offsets = new long[spec.shape().rank()];
    for (int axis = 0; axis < offsets.length; axis++) {
      offsets[axis] = boxes.offset(box, axis);
    }
    return offsets;
  }

  private long[] sizes(int box) {
    return IntStream.range(0, spec.shape().rank())
        .mapToLong(axis -> boxes.size(box, axis))
        .toArray();
  }

  private int compare(int box, long[] offsets) {
    for (int axis = 0; axis < offsets.length; axis++) {
      int order = Long.compare(boxes.offset(box, axis), offsets[axis]);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** Notes where the chunk of some offsets lies. */
  void place(int place) {
    long[] offsets = places.chunk(place);
    int chunk =
        places.isObject(place) || offsets.length != spec.shape().rank() ? NONE : find(offsets);
    if (chunk >= 0 && items[chunk] == NONE) {
      items[chunk] = place;
    } else if (chunk >= 0) {
      throw malformed("two items for its chunk " + describe(order[chunk]));
    } else if (places.isObject(place) || !empty.contains(list(offsets))) {
      throw malformed("an item at " + Arrays.toString(offsets) + ", where the tensor has no chunk");
    }
  }

  private int find(long[] offsets) {
    int low = 0;
    int high = order.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int found = compare(order[middle], offsets);
      if (found == 0) {
        return middle;
      }
      low = found < 0 ? middle + 1 : low;
      high = found < 0 ? high : middle - 1;
    }
    return NONE;
  }

  /** Refuses if a chunk lies nowhere. */
  void requirePlaced() {
    for (int chunk = 0; chunk < items.length; chunk++) {
      if (items[chunk] == NONE) {
        throw malformed("no item for its chunk " + told(chunk));
      }
    }
  }

  private String told(int chunk) {
    return describe(order[chunk]) + place(list(offsets(order[chunk])));
  }

  /** The first of its chunks that lie in a file, in words. */
  Optional<String> firstIn(String file) {
    return IntStream.range(0, chunks())
        .filter(chunk -> item(chunk).file().equals(file))
        .mapToObj(chunk -> "the chunk of '" + spec.name() + "' " + told(chunk))
        .findFirst();
  }

  /** Its name, element type and whole shape. */
  public TensorSpec spec() {
    return spec;
  }

  /**
   * The shape that it has, where it is stored as flat shards: along the last axis of {@link #spec}
   * lie a shard's elements, the others say which it is.
   */
  public Optional<Shape> original() {
    return original;
  }

  /** How many chunks it has that are not empty. */
  public int chunks() {
    return order.length;
  }

  /** What a chunk holds of it. */
  public Region region(int chunk) {
    int box = order[chunk];
    return new Region(list(offsets(box)), Shape.of(sizes(box)));
  }

  /** Where a chunk lies. */
  public DcpItem item(int chunk) {
    return places.item(items[chunk]);
  }
}

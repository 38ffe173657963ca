package io.shardwright.core.internal.describe;

import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** The elements of a stored tensor that holds pieces of the canonical one along its axis 0. */
final class PieceByPiece {
  private PieceByPiece() {}

  /**
   * Where the elements of a box stand in the canonical tensor.
   *
   * @param pieces forms of the pieces, in the order in which they are stored
   * @param box in the stored tensor's axes
   * @param start of the box within its storage, in elements
   * @param strides of the storage, in elements, an axis each
   */
  static List<View> views(List<StoredForm> pieces, Region box, long start, List<Long> strides) {
    var found = new ArrayList<View>();
    long first = box.offset().get(0);
    long before = 0;
    for (StoredForm piece : pieces) {
      Shape own = piece.shard(1);
      var held = new ArrayList<>(box.offset());
      held.set(0, before);
      var rows = new Region(held, box.shape().with(0, own.dim(0)));
      long skipped = Math.max(before, first) - first;
      long begin = before;
      rows.intersection(box)
          .map(shared -> moved(shared, begin))
          .ifPresent(
              inside ->
                  found.addAll(
                      piece.views(0, 1, inside, start + skipped * strides.get(0), strides)));
      before += own.dim(0);
    }
    return found;
  }

  private static Region moved(Region box, long before) {
    var offset = new ArrayList<>(box.offset());
    offset.set(0, offset.get(0) - before);
    return new Region(offset, box.shape());
  }
}

package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Copies a storage that becomes one or more whole target tensors unchanged. The kernel moves its
 * bytes, and the checksum that its file states is used for them: a damaged source is found when the
 * target is verified. Worth it for one thread only: the kernel holds the target's lock while it
 * reads, so that several threads wait for each other (docs/adr/0007).
 */
final class UnchangedStorage {
  private UnchangedStorage() {}

  static boolean is(Copy copy) {
    if (copy.from().size() != 1 || !copy.replicas().isEmpty() || !copy.zeros().isEmpty()) {
      return false;
    }
    SourceTensor from = copy.from().get(0).tensor();
    Shape shape = copy.tensor().shape();
    return copy.shift() == 0
        && !from.bigEndian()
        && from.spec().dtype() == copy.tensor().dtype()
        && from.storage().size() == copy.tensor().byteSize()
        && whole(copy.from().get(0).view(), shape)
        && copy.to().stream().allMatch(to -> whole(to, copy.tensor()))
        && from.storageCrc().isPresent();
  }

  private static boolean whole(To to, TensorSpec tensor) {
    return to.tensor().spec().dtype() == tensor.dtype()
        && to.tensor().spec().byteSize() == tensor.byteSize()
        && whole(to.view(), tensor.shape());
  }

  private static boolean whole(View view, Shape shape) {
    return view.start() == 0
        && view.logical().shape().equals(shape)
        && new Spans(view, shape).count() <= 1;
  }

  /** Moves a range; nothing is moved where the kernel can't. */
  static boolean move(Copy copy, long from, long to, TargetLayout layout, OutputFiles files) {
    long size = copy.tensor().dtype().byteSize();
    boolean moved = true;
    for (To each : copy.to()) {
      Place place = layout.place(each.tensor());
      moved &=
          files.transfer(
              copy.from().get(0).tensor().storage(),
              from * size,
              (to - from) * size,
              new Place(place.file(), place.offset() + from * size));
    }
    return moved;
  }

  static Map<TargetTensor, CrcRanges> crcs(Copy copy) {
    long size = copy.tensor().byteSize();
    long crc = copy.from().get(0).tensor().storageCrc().orElseThrow();
    var crcs = new LinkedHashMap<TargetTensor, CrcRanges>();
    for (To to : copy.to()) {
      var ranges = new CrcRanges();
      ranges.add(0, size, crc);
      crcs.put(to.tensor(), ranges);
    }
    return crcs;
  }
}

package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs a plan for targets whose files can only be written front to back, such as objects of a
 * store: file by file, tensor by tensor, window by window. The bytes are those of any other run;
 * source bytes that several target tensors need are read for each of them.
 */
final class FrontToBack {
  private final ExecutablePlan plan;
  private final TargetLayout layout;
  private final OutputFiles files;
  private final ByteRanges ranges;
  private final Map<TargetTensor, Long> crcs = new LinkedHashMap<>();
  private final Map<CarriedMember, Long> carried = new LinkedHashMap<>();
  private final Map<Place, byte[]> structure = new HashMap<>();
  private boolean outdated;
  private int file;
  private long position;

  FrontToBack(
      ExecutablePlan plan,
      TargetLayout layout,
      OutputFiles files,
      Progress progress,
      Executor.Conditions conditions) {
    this.plan = plan;
    this.layout = layout;
    this.files = files;
    ranges = new ByteRanges(plan, layout, progress, conditions);
  }

  Written run() {
    try (ranges) {
      plan.targets().forEach(tensor -> crcs.put(tensor, 0L));
      restructure();
      var items = items();
      for (OutputFile each : layout.files()) {
        position = 0;
        items.get(file).forEach(this::write);
        ByteRanges.zeros(each.size() - position, this::append);
        file++;
      }
      ranges.requireRest();
      return new Written(crcs, carried, ranges.bytesRead(), 0, ranges.losses(), List.of());
    }
  }

  /** What each file holds, by its offset. */
  private List<TreeMap<Long, Runnable>> items() {
    var items = new ArrayList<TreeMap<Long, Runnable>>();
    layout.files().forEach(each -> items.add(new TreeMap<>()));
    structure.forEach((place, bytes) -> put(items, place, bytes.length, () -> piece(place)));
    layout
        .carried()
        .forEach(each -> put(items, each.place(), each.bytes().size(), () -> carry(each)));
    plan.targets()
        .forEach(
            each -> put(items, layout.place(each), each.spec().byteSize(), () -> tensor(each)));
    return items;
  }

  private static void put(
      List<TreeMap<Long, Runnable>> items, Place place, long size, Runnable item) {
    if (size > 0) {
      items.get(place.file()).put(place.offset(), item);
    }
  }

  private void write(long offset, Runnable item) {
    ByteRanges.zeros(offset - position, this::append);
    item.run();
  }

  private void append(ByteBuffer bytes) {
    Interruption.heed();
    int count = bytes.remaining();
    files.write(bytes, new Place(file, position));
    position += count;
  }

  /** A header or directory tells the checksums of what is written by now. */
  private void piece(Place place) {
    if (outdated) {
      restructure();
    }
    append(ByteBuffer.wrap(structure.get(place)));
  }

  private void restructure() {
    structure.clear();
    for (Piece piece : layout.structure(crcs)) {
      structure.put(piece.place(), piece.bytes());
    }
    outdated = false;
  }

  private void carry(CarriedMember member) {
    carried.put(member, ranges.member(member, this::append));
  }

  private void tensor(TargetTensor tensor) {
    crcs.put(tensor, ranges.tensor(tensor, this::append));
    outdated = true;
  }
}

package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.CrcPieces.Range;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.TargetTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Takes over what an earlier run wrote, as far as its bytes are those that the journal states. */
final class Resumption {
  private final TargetLayout layout;
  private final OutputFiles files;
  private final AtomicLong bytes = new AtomicLong();
  private CastLosses losses = CastLosses.NONE;

  Resumption(TargetLayout layout, OutputFiles files) {
    this.layout = layout;
    this.files = files;
  }

  /** What a step wrote; empty if it must be done again. */
  Optional<Map<TargetTensor, CrcPieces>> take(StepRun run, Journal.Entry entry, Lane lane) {
    var written = new LinkedHashMap<TargetTensor, CrcPieces>();
    var told = entry.ranges().iterator();
    for (TargetTensor tensor : run.targets()) {
      if (!told.hasNext() || !right(tensor, told.next(), written, lane)) {
        return Optional.empty();
      }
    }
    count(entry);
    return Optional.of(written);
  }

  private boolean right(
      TargetTensor tensor, List<Range> told, Map<TargetTensor, CrcPieces> written, Lane lane) {
    Place start = layout.place(tensor);
    long size = tensor.spec().byteSize();
    var pieces = new CrcPieces();
    told.forEach(range -> pieces.add(range.offset(), range.length(), range.crc()));
    written.put(tensor, pieces);
    return told.stream()
        .allMatch(range -> range.length() <= size - range.offset() && right(range, start, lane));
  }

  private boolean right(Range range, Place start, Lane lane) {
    var place = new Place(start.file(), Math.addExact(start.offset(), range.offset()));
    return lane.crc(files, place, range.length()) == range.crc();
  }

  private synchronized void count(Journal.Entry entry) {
    entry.ranges().forEach(all -> all.forEach(range -> bytes.addAndGet(range.length())));
    losses = losses.plus(entry.losses());
  }

  long bytes() {
    return bytes.get();
  }

  synchronized CastLosses losses() {
    return losses;
  }
}

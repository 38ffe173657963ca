package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.CrcRanges.Range;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.TargetTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Takes over the steps of an interrupted run whose written bytes match the journal. */
final class Resumption {
  private final TargetLayout layout;
  private final OutputFiles files;
  private final AtomicLong bytes = new AtomicLong();
  private CastLosses losses = CastLosses.NONE;

  Resumption(TargetLayout layout, OutputFiles files) {
    this.layout = layout;
    this.files = files;
  }

  /**
   * What a step wrote; empty if it must be done again. Whoever may write to the folder can write a
   * journal: an entry that is not of this step's bytes, each once, is passed over.
   */
  Optional<Map<TargetTensor, CrcRanges>> take(StepRun run, Journal.Entry entry, Lane lane) {
    var written = new LinkedHashMap<TargetTensor, CrcRanges>();
    var told = entry.ranges().iterator();
    if (entry.ranges().size() != run.targets().size() || !possible(entry.losses(), run.step())) {
      return Optional.empty();
    }
    for (TargetTensor tensor : run.targets()) {
      var ranges = ranges(tensor, told.next(), bytes(run.step(), tensor));
      if (ranges.isEmpty() || !right(ranges.get(), layout.place(tensor), lane)) {
        return Optional.empty();
      }
      written.put(tensor, ranges.get());
    }
    count(entry);
    return Optional.of(written);
  }

  private static boolean possible(CastLosses losses, PlanStep step) {
    long most = step.tensor().shape().elements() * (1 + step.to().size());
    return losses.overflowed() <= most && losses.underflowed() <= most && losses.inexact() <= most;
  }

  /** Bytes of a tensor that a step writes. */
  private static long bytes(PlanStep step, TargetTensor tensor) {
    return step.to().stream()
        .filter(to -> to.tensor().equals(tensor))
        .mapToLong(to -> to.view().logical().shape().elements())
        .map(elements -> elements * tensor.spec().dtype().byteSize())
        .sum();
  }

  private static Optional<CrcRanges> ranges(TargetTensor tensor, List<Range> told, long wanted) {
    long size = tensor.spec().byteSize();
    long sum = 0;
    var ranges = new CrcRanges();
    for (Range range : told) {
      if (range.offset() > size || range.length() > size - range.offset()) {
        return Optional.empty();
      }
      sum += range.length();
      ranges.add(range.offset(), range.length(), range.crc());
    }
    return sum == wanted && ranges.ranges().isPresent() ? Optional.of(ranges) : Optional.empty();
  }

  private boolean right(CrcRanges ranges, Place start, Lane lane) {
    return ranges.ranges().orElseThrow().stream().allMatch(range -> right(range, start, lane));
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

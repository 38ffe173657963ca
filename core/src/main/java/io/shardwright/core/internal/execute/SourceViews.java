package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a logical tensor from its places in the source, and computes the checksums of what was
 * read.
 */
final class SourceViews {
  /** What is done with a view for a block. */
  interface Action {
    /** Reads or compares what a view has of the block's range. */
    void on(SourcePart from, Spans spans, RunningCrc crc);
  }

  private final List<SourcePart> views;
  private final List<Spans> spans = new ArrayList<>();
  private final Map<ByteSource, SourceTensor> checked = new LinkedHashMap<>();
  private final Map<ByteSource, CrcRanges> crcs = new LinkedHashMap<>();

  SourceViews(List<SourcePart> views, Shape logical) {
    this.views = views;
    for (SourcePart from : views) {
      spans.add(new Spans(from.view(), logical));
      if (from.tensor().storageCrc().isPresent()) {
        checked.put(from.tensor().storage(), from.tensor());
        crcs.computeIfAbsent(from.tensor().storage(), storage -> new CrcRanges());
      }
    }
  }

  /** Elements of the shortest span. */
  long shortestSpan() {
    return Spans.shortest(spans);
  }

  /** Bytes of the widest element; 0 where nothing is read. */
  int widest() {
    return views.stream().mapToInt(view -> view.dtype().byteSize()).max().orElse(0);
  }

  /** Says that a range of logical elements is read next. */
  void expect(long from, long to) {
    for (int i = 0; i < views.size(); i++) {
      SourcePart view = views.get(i);
      int size = view.dtype().byteSize();
      spans
          .get(i)
          .around(from, to)
          .ifPresent(
              run -> view.tensor().storage().expect(run.start() * size, run.length() * size));
    }
  }

  /** One thread's way through the views. */
  final class Pass {
    private final List<RunningCrc> running = new ArrayList<>();

    private Pass() {
      for (SourcePart from : views) {
        CrcRanges ranges = crcs.get(from.tensor().storage());
        running.add(ranges == null ? RunningCrc.UNWANTED : new RunningCrc(ranges));
      }
    }

    void each(Action action) {
      for (int i = 0; i < views.size(); i++) {
        action.on(views.get(i), spans.get(i), running.get(i));
      }
    }

    void end() {
      running.forEach(RunningCrc::flush);
    }
  }

  Pass pass() {
    return new Pass();
  }

  /** Whether all of them have passed and were right. */
  boolean intact(StorageCrcs storages) {
    return checked.values().stream().allMatch(storages::complete);
  }

  /** Says that they are yet to be checked. */
  void expect(StorageCrcs storages) {
    checked.values().forEach(storages::expect);
  }

  /** What was read of the storages whose checksums the files state. */
  void tell(StorageCrcs storages) {
    crcs.forEach((storage, ranges) -> storages.add(checked.get(storage), ranges));
  }
}

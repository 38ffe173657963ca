package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a logical tensor to its places in the target, and computes the checksums of what was
 * written.
 */
final class TargetViews {
  /** What is done with a view for a block. */
  interface Action {
    /** Writes what belongs to a view. */
    void on(TargetTensor tensor, Spans spans, RunningCrc crc);
  }

  private final List<To> views;
  private final List<Spans> spans = new ArrayList<>();
  private final Map<TargetTensor, CrcRanges> crcs = new LinkedHashMap<>();

  TargetViews(PlanStep step) {
    views = step.to();
    for (To to : views) {
      spans.add(new Spans(to.view(), step.tensor().shape()));
      crcs.computeIfAbsent(to.tensor(), tensor -> new CrcRanges());
    }
  }

  /** The element types that are written. */
  List<DType> dtypes() {
    return views.stream().map(to -> to.tensor().spec().dtype()).distinct().toList();
  }

  /** Bytes of the widest element that is read or written. */
  int widest(DType read) {
    return Math.max(read.byteSize(), dtypes().stream().mapToInt(DType::byteSize).max().orElse(1));
  }

  /** Elements of the shortest span. */
  long shortestSpan() {
    return Spans.shortest(spans);
  }

  /** One thread's way through the views. */
  final class Pass {
    private final List<RunningCrc> running =
        views.stream().map(to -> new RunningCrc(crcs.get(to.tensor()))).toList();

    void each(DType dtype, Action action) {
      for (int i = 0; i < views.size(); i++) {
        TargetTensor tensor = views.get(i).tensor();
        if (tensor.spec().dtype() == dtype) {
          action.on(tensor, spans.get(i), running.get(i));
        }
      }
    }

    void end() {
      running.forEach(RunningCrc::flush);
    }
  }

  Pass pass() {
    return new Pass();
  }

  /** Checksums of what was written, tensor by tensor. */
  Map<TargetTensor, CrcRanges> crcs() {
    return crcs;
  }
}

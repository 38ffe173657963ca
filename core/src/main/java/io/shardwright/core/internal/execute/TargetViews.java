package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The places a logical tensor is written to, and the checksums of what was written there. */
final class TargetViews {
  /** What is done with a view for a slab. */
  interface Action {
    /** Writes what belongs to a view. */
    void on(TargetTensor tensor, Runs runs, RunningCrc crc);
  }

  private final List<To> views;
  private final List<Runs> runs = new ArrayList<>();
  private final Map<TargetTensor, CrcPieces> crcs = new LinkedHashMap<>();

  TargetViews(PlanStep step) {
    views = step.to();
    for (To to : views) {
      runs.add(new Runs(to.view(), step.tensor().shape()));
      crcs.computeIfAbsent(to.tensor(), tensor -> new CrcPieces());
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

  /** Elements of the shortest run. */
  long shortestRun() {
    return Runs.shortest(runs);
  }

  /** One thread's way through the views. */
  final class Pass {
    private final List<RunningCrc> running =
        views.stream().map(to -> new RunningCrc(crcs.get(to.tensor()))).toList();

    void each(DType dtype, Action action) {
      for (int i = 0; i < views.size(); i++) {
        TargetTensor tensor = views.get(i).tensor();
        if (tensor.spec().dtype() == dtype) {
          action.on(tensor, runs.get(i), running.get(i));
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
  Map<TargetTensor, CrcPieces> crcs() {
    return crcs;
  }
}

package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.Fill;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A step on its way through the workers, cut into ranges of logical elements, so that a large
 * tensor is worked on by several. Whoever does the last range tells the step's checksums.
 */
final class StepRun {
  private static final long RANGE_BYTES = 64 << 20;

  /** A transposed matrix has pieces of one element, each of which is noted. */
  private static final long MOST_PIECES = 1 << 19;

  /** Is told when a step is done. */
  interface Done {
    void accept(StepRun step);
  }

  private final PlanStep step;
  private final TargetLayout layout;
  private final OutputFiles files;
  private final Progress progress;
  private final Done done;
  private final SourceViews sources;
  private final SourceViews replicas;
  private final TargetViews targets;
  private final boolean unchanged;
  private final AtomicInteger open = new AtomicInteger();

  /** With {@code alone} where one thread does everything. */
  StepRun(
      PlanStep step,
      TargetLayout layout,
      OutputFiles files,
      Progress progress,
      boolean alone,
      Done done) {
    this.step = step;
    this.layout = layout;
    this.files = files;
    this.progress = progress;
    this.done = done;
    var shape = step.tensor().shape();
    boolean copies = step instanceof Copy;
    this.sources = new SourceViews(copies ? ((Copy) step).from() : List.of(), shape);
    this.replicas = new SourceViews(copies ? ((Copy) step).replicas() : List.of(), shape);
    this.targets = new TargetViews(step);
    this.unchanged = alone && step instanceof Copy copy && UnchangedStorage.is(copy);
  }

  PlanStep step() {
    return step;
  }

  /** Whether its bytes moved without being looked at. */
  boolean unchanged() {
    return unchanged;
  }

  List<Consumer<Lane>> tasks() {
    DType dtype = step.tensor().dtype();
    long elements = step.tensor().shape().elements();
    long range = RANGE_BYTES / targets.widest(dtype);
    var tasks = new ArrayList<Consumer<Lane>>();
    for (long at = 0; at < elements || at == 0; at += range) {
      long from = at;
      long to = Math.min(elements, at + range);
      tasks.add(lane -> run(lane, from, to));
    }
    open.set(tasks.size());
    return tasks;
  }

  /** Does a range of logical elements. */
  void run(Lane lane, long from, long to) {
    if (step instanceof Fill fill) {
      fill(fill, lane);
    } else if (step instanceof Copy copy) {
      boolean moved = unchanged && UnchangedStorage.move(copy, from, to, layout, files);
      if (moved) {
        lane.read((to - from) * step.tensor().dtype().byteSize());
      } else {
        copy(copy, lane, from, to);
      }
      progress.advance((to - from) * step.tensor().dtype().byteSize());
    }
    if (open.decrementAndGet() == 0) {
      done.accept(this);
    }
  }

  private void copy(Copy copy, Lane lane, long from, long to) {
    Slab slab = lane.slab();
    var reading = sources.pass();
    var comparing = replicas.pass();
    var writing = targets.pass();
    long block = block(lane);
    for (long at = from; at < to; at += block) {
      slab.moveTo(at, Math.min(to, at + block), copy.tensor().dtype());
      if (!copy.zeros().isEmpty()) {
        slab.clear();
      }
      reading.each(slab::read);
      comparing.each(slab::compare);
      write(writing, slab, copy.shift());
    }
    reading.end();
    comparing.end();
    writing.end();
  }

  /** Logical elements that are in memory at once. */
  long block(Lane lane) {
    long fitting = lane.tileBytes() / targets.widest(step.tensor().dtype());
    return Math.min(fitting, MOST_PIECES * shortestRun());
  }

  private long shortestRun() {
    long views = Math.min(sources.shortestRun(), targets.shortestRun());
    return Math.min(views, replicas.shortestRun());
  }

  private void fill(Fill fill, Lane lane) {
    lane.slab().moveTo(0, fill.tensor().shape().elements(), fill.tensor().dtype());
    lane.slab().put(fill.values());
    var writing = targets.pass();
    write(writing, lane.slab(), 0);
    writing.end();
  }

  private void write(TargetViews.Pass writing, Slab slab, double shift) {
    for (DType wanted : targets.dtypes()) {
      Slab bytes = slab.as(wanted, shift);
      writing.each(
          wanted, (tensor, runs, crc) -> bytes.write(runs, layout.place(tensor), files, crc));
    }
  }

  /** Hands over what was read of the storages whose checksums the files state. */
  void tell(StorageCrcs storages) {
    sources.tell(storages);
    replicas.tell(storages);
  }

  Map<TargetTensor, CrcPieces> written() {
    return unchanged ? UnchangedStorage.crcs((Copy) step) : targets.crcs();
  }
}

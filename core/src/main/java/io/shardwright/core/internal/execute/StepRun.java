package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.Fill;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The execution of a step, cut into ranges of logical elements, so that several threads work on a
 * large tensor. The thread that does the last range reports the step's checksums.
 */
final class StepRun {
  /** A transposed matrix has spans of one element, each of which is noted. */
  private static final long MOST_SPANS = 1 << 19;

  private final PlanStep step;
  private final TargetLayout layout;
  private final OutputFiles files;
  private final Progress progress;
  private final Consumer<StepRun> done;
  private final SourceViews sources;
  private final SourceViews replicas;
  private final TargetViews targets;
  private final boolean unchanged;
  private final StepProducts products;
  private final AtomicInteger open = new AtomicInteger();
  private CastLosses losses = CastLosses.NONE;

  /** With {@code alone} where one thread does everything. */
  StepRun(
      PlanStep planned,
      TargetLayout layout,
      OutputFiles files,
      Progress progress,
      boolean alone,
      Consumer<StepRun> done) {
    this.step = AxisOrder.best(planned);
    this.layout = layout;
    this.files = files;
    this.progress = progress;
    this.done = done;
    var shape = step.tensor().shape();
    this.sources = new SourceViews(step.copied().map(Copy::from).orElse(List.of()), shape);
    this.replicas = new SourceViews(step.copied().map(Copy::compared).orElse(List.of()), shape);
    this.targets = new TargetViews(step);
    this.unchanged = alone && step instanceof Copy copy && UnchangedStorage.is(copy);
    this.products = StepProducts.of(step);
  }

  PlanStep step() {
    return step;
  }

  /** Whether its bytes moved without being looked at. */
  boolean unchanged() {
    return unchanged;
  }

  /** Those of its ranges that are of a share. */
  List<Lookahead.Task<Lane>> tasks(Share.Way way) {
    long elements = step.tensor().shape().elements();
    long element = step.tensor().dtype().byteSize();
    long range = step instanceof Fill ? elements : rangeElements(way);
    var tasks = new ArrayList<Lookahead.Task<Lane>>();
    for (long at = 0; at < elements || at == 0; at += Math.max(1, range)) {
      long from = at;
      long to = Math.min(elements, at + range);
      if (way.holds(from * element, (to - from) * element)) {
        tasks.add(
            new Lookahead.Task<>(
                lane -> run(lane, from, to), () -> expect(from, to), (to - from) * element));
      }
    }
    open.set(tasks.size());
    return tasks;
  }

  private long rangeElements(Share.Way way) {
    return products.blockEnd(0, Math.max(1, way.rangeBytes() / widest()));
  }

  /** Does a range of logical elements. */
  void run(Lane lane, long from, long to) {
    CastLosses before = lane.losses();
    work(lane, from, to);
    lost(lane.losses().minus(before));
    if (open.decrementAndGet() == 0) {
      products.release();
      done.accept(this);
    }
  }

  private synchronized void lost(CastLosses more) {
    losses = losses.plus(more);
  }

  /** Says that a range will be done. */
  void expect(long from, long to) {
    sources.expect(from, to);
    replicas.expect(from, to);
  }

  private void work(Lane lane, long from, long to) {
    if (step instanceof Fill fill) {
      fill(fill, lane);
    } else {
      products.load(lane);
      Copy copy = step.copied().orElseThrow();
      boolean moved = unchanged && UnchangedStorage.move(copy, from, to, layout, files);
      if (moved) {
        lane.read((to - from) * step.tensor().dtype().byteSize());
      } else {
        copy(copy, lane, from, to);
      }
      progress.advance((to - from) * step.tensor().dtype().byteSize());
    }
  }

  private void copy(Copy copy, Lane lane, long from, long to) {
    Block block = lane.block();
    var reading = sources.pass();
    var comparing = replicas.pass();
    var writing = targets.pass();
    long size = blockSize(lane);
    for (long at = from, end; at < to; at = end) {
      end = Math.min(to, products.blockEnd(at, size));
      block.moveTo(at, end, copy.tensor().dtype());
      if (!copy.zeros().isEmpty()) {
        block.clear();
      }
      reading.each(block::read);
      comparing.each(
          (replica, spans, crc) -> {
            if (!lane.holds(replica, copy.isWeight(replica), spans, crc)) {
              throw ReplicaCheck.difference(copy, replica);
            }
          });
      write(copy, writing, lane, at, end);
    }
    reading.end();
    comparing.end();
    writing.end();
  }

  /** Logical elements that are in memory at once. */
  long blockSize(Lane lane) {
    int widest = widest();
    long shortest = shortestSpan();
    long run = lane.spanBytes() / widest;
    long fitting = shortest < run ? lane.tileBytes() / widest : run;
    return products.blockEnd(0, Math.min(fitting, MOST_SPANS * shortest));
  }

  private int widest() {
    int read = Math.max(sources.widest(), replicas.widest());
    int moved = Math.max(read, targets.widest(step.tensor().dtype()));
    return products.none() ? moved : Math.max(moved, Float.BYTES);
  }

  private long shortestSpan() {
    long views = Math.min(sources.shortestSpan(), targets.shortestSpan());
    return Math.min(views, replicas.shortestSpan());
  }

  private void fill(Fill fill, Lane lane) {
    lane.block().moveTo(0, fill.tensor().shape().elements(), fill.tensor().dtype());
    lane.block().put(fill.values());
    var writing = targets.pass();
    targets.dtypes().forEach(wanted -> write(writing, wanted, lane.block().as(wanted, 0)));
    writing.end();
  }

  /** Writes what the block holds, with the products added. */
  private void write(Copy copy, TargetViews.Pass writing, Lane lane, long from, long to) {
    if (products.none()) {
      for (DType wanted : targets.dtypes()) {
        write(writing, wanted, lane.block().as(wanted, copy.shift()));
      }
      return;
    }
    Block sums = lane.block().as(DType.FLOAT32, copy.shift());
    products.add(sums, from, to);
    for (DType wanted : targets.dtypes()) {
      boolean back = wanted == copy.tensor().dtype();
      write(writing, wanted, back ? lane.rounded(sums, wanted) : sums.as(wanted, 0));
    }
  }

  private void write(TargetViews.Pass writing, DType wanted, Block bytes) {
    writing.each(
        wanted, (tensor, spans, crc) -> bytes.write(spans, layout.place(tensor), files, crc));
  }

  /** What a journal keeps of it; empty where it is sooner done again. */
  Optional<Journal.Entry> entry(StorageCrcs storages) {
    var ranges = written().values().stream().map(CrcRanges::ranges).toList();
    if (step instanceof Fill || ranges.stream().anyMatch(Optional::isEmpty)) {
      return Optional.empty();
    }
    boolean intact = sources.intact(storages) && replicas.intact(storages);
    var targetRanges = ranges.stream().map(Optional::orElseThrow).toList();
    return Optional.of(new Journal.Entry(targetRanges, intact, losses));
  }

  /** What it writes to, in the order of a journal's entry. */
  Set<TargetTensor> targets() {
    return targets.crcs().keySet();
  }

  /** Says that what it read is yet to be checked. */
  void expect(StorageCrcs storages) {
    sources.expect(storages);
    replicas.expect(storages);
  }

  /** Hands over what was read of the storages whose checksums the files state. */
  void tell(StorageCrcs storages) {
    sources.tell(storages);
    replicas.tell(storages);
  }

  Map<TargetTensor, CrcRanges> written() {
    return unchanged ? UnchangedStorage.crcs((Copy) step) : targets.crcs();
  }
}

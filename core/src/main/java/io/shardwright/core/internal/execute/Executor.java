package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.Lookahead.Task;
import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Runs a plan against a layout. Memory is a few blocks a thread, whatever the model; the bytes are
 * the same for any number of threads.
 */
public final class Executor implements AutoCloseable {
  private final ExecutablePlan plan;
  private final TargetLayout layout;
  private final OutputFiles files;
  private final Conditions conditions;
  private final Resumption resumption;
  private final StorageCrcs storages = new StorageCrcs();
  private final Map<TargetTensor, CrcRanges> ranges = new ConcurrentHashMap<>();
  private final Map<CarriedMember, CrcRanges> carried = new ConcurrentHashMap<>();
  private final List<SourceTensor> unchanged = Collections.synchronizedList(new ArrayList<>());
  private final List<Lane> lanes = Collections.synchronizedList(new ArrayList<>());
  private long othersRead;
  private CastLosses othersLost = CastLosses.NONE;
  private boolean alone;

  /**
   * How a plan is run.
   *
   * @param workers threads
   * @param backend made once a thread
   * @param journal of what is done
   */
  public record Conditions(Workers workers, Supplier<TensorBackend> backend, Journal journal) {
    /** In this machine, from the start. */
    public static Conditions of(int threads) {
      return new Conditions(Workers.of(threads), JvmBackend::new, Journal.NONE);
    }

    /** The same, remembering what is done. */
    public Conditions journaling(Journal kept) {
      return new Conditions(workers, backend, kept);
    }
  }

  private Executor(
      ExecutablePlan plan, TargetLayout layout, OutputFiles files, Conditions conditions) {
    this.plan = plan;
    this.layout = layout;
    this.files = files;
    this.conditions = conditions;
    resumption = new Resumption(layout, files);
  }

  /** Runs every step, carries members over, and writes the structure last. */
  public static Written run(
      ExecutablePlan plan,
      TargetLayout layout,
      OutputFiles files,
      Progress progress,
      Conditions conditions) {
    if (files.store().isPresent()) {
      return new StoreRun(plan, layout, files.store().get(), conditions).run(progress);
    } else if (files.inOrder()) {
      return new FrontToBack(plan, layout, files, progress, conditions).run();
    }
    try (var behind = new WriteBehind(files, conditions.workers());
        var executor = new Executor(plan, layout, behind, conditions)) {
      executor.alone = conditions.workers().threads() == 1;
      executor.work(Share.WHOLE, progress);
      return executor.finish();
    }
  }

  /** Does a share of the steps, and leaves the structure to {@link #finish}. */
  public static Sums share(
      ExecutablePlan plan,
      TargetLayout layout,
      OutputFiles files,
      Progress progress,
      Conditions conditions,
      Share share) {
    if (files.store().isPresent()) {
      return new StoreRun(plan, layout, files.store().get(), conditions).share(progress, share);
    }
    try (var behind = new WriteBehind(files, conditions.workers());
        var executor = new Executor(plan, layout, behind, conditions)) {
      executor.work(share, progress);
      return executor.sums();
    }
  }

  /**
   * Writes the structure of a target whose tensors are written, from the checksums that all shares
   * told.
   *
   * @throws io.shardwright.spi.error.CheckpointException if a share lacks, or a storage of which
   *     several read a part is damaged
   */
  public static Written finish(
      ExecutablePlan plan,
      TargetLayout layout,
      OutputFiles files,
      Conditions conditions,
      List<Sums> shares) {
    if (files.store().isPresent()) {
      return new StoreRun(plan, layout, files.store().get(), conditions).finish(shares);
    }
    try (var executor = new Executor(plan, layout, files, conditions)) {
      shares.forEach(executor::take);
      plan.targets().forEach(executor::requireWritten);
      return executor.finish();
    }
  }

  private void requireWritten(TargetTensor tensor) {
    CrcRanges told = ranges.get(tensor);
    if (told == null || told.lacks(tensor.spec().byteSize())) {
      throw new MalformedCheckpointException(
          ErrorCode.PARTS_MISSING,
          tensor.member(),
          "no part has written all of '" + tensor.spec().name() + "'");
    }
  }

  private void work(Share share, Progress progress) {
    var tasks = new ArrayList<Task<Lane>>();
    var carried = layout.carried();
    long more = carried.stream().mapToLong(member -> member.bytes().size()).sum();
    var way = share.way(plan.logicalBytes() + more);
    for (int i = 0; i < plan.steps().size(); i++) {
      PlanStep step = plan.steps().get(i);
      long bytes = step.tensor().byteSize();
      if (way.meets(bytes)) {
        tasks.addAll(tasks(i, step, way, progress));
      }
      way.pass(bytes);
    }
    for (CarriedMember member : carried) {
      long bytes = member.bytes().size();
      if (way.holds(0, bytes)) {
        Runnable expect = () -> member.bytes().expect(0, bytes);
        tasks.add(new Task<>(lane -> carry(member, lane), expect, bytes));
      }
      way.pass(bytes);
    }
    conditions.workers().run(Lookahead.over(tasks), this::lane);
  }

  @Override
  public void close() {
    lanes.forEach(Lane::close);
  }

  private Lane lane() {
    var lane = new Lane(conditions.backend().get());
    lanes.add(lane);
    return lane;
  }

  private List<Task<Lane>> tasks(int number, PlanStep step, Share.Way way, Progress progress) {
    var run = new StepRun(step, layout, files, progress, alone, done -> done(number, done));
    var entry = conditions.journal().entry(number);
    var tasks = run.tasks(way);
    return entry.isEmpty()
        ? tasks
        : List.of(Task.of(lane -> resume(run, tasks, entry.get(), progress, lane)));
  }

  private void resume(
      StepRun run, List<Task<Lane>> tasks, Journal.Entry entry, Progress progress, Lane lane) {
    var written = resumption.take(run, entry, lane);
    if (written.isEmpty()) {
      Lookahead.over(tasks).forEach(task -> task.accept(lane));
      return;
    }
    take(written.get());
    if (!entry.sourceIntact()) {
      run.expect(storages);
    }
    progress.advance(run.step().tensor().byteSize());
  }

  private void take(Map<TargetTensor, CrcRanges> written) {
    written.forEach(
        (tensor, crcs) -> ranges.computeIfAbsent(tensor, t -> new CrcRanges()).addAll(crcs));
  }

  private void done(int number, StepRun run) {
    run.tell(storages);
    take(run.written());
    if (run.unchanged() && run.step() instanceof Copy copy) {
      unchanged.add(copy.from().get(0).tensor());
    }
    run.entry(storages).ifPresent(entry -> conditions.journal().add(number, entry));
  }

  private Sums sums() {
    return new Sums(
        ranges, carried, storages.incomplete(), bytesRead(), losses(), Sums.Sending.NONE);
  }

  private void take(Sums share) {
    take(share.written());
    share
        .carried()
        .forEach(
            (member, told) ->
                carried.computeIfAbsent(member, each -> new CrcRanges()).addAll(told));
    share.read().forEach(storages::add);
    othersRead += share.bytesRead();
    othersLost = othersLost.plus(share.losses());
  }

  private long bytesRead() {
    return lanes.stream().mapToLong(Lane::bytesRead).reduce(othersRead, Long::sum);
  }

  private CastLosses losses() {
    return lanes.stream()
        .map(Lane::losses)
        .reduce(resumption.losses().plus(othersLost), CastLosses::plus);
  }

  private Written finish() {
    Lane lane = lanes.isEmpty() ? lane() : lanes.get(0);
    storages.requireRest(lane.block().scratch());
    var crcs = new LinkedHashMap<TargetTensor, Long>();
    ranges.forEach((tensor, told) -> crcs.put(tensor, crc(tensor, told, lane)));
    for (Piece piece : layout.structure(crcs)) {
      files.write(ByteBuffer.wrap(piece.bytes()), piece.place());
    }
    return new Written(
        crcs,
        Written.carried(layout, carried),
        bytesRead(),
        resumption.bytes(),
        losses(),
        List.copyOf(unchanged));
  }

  private long crc(TargetTensor tensor, CrcRanges told, Lane lane) {
    long size = tensor.spec().byteSize();
    return told.whole(size).orElseGet(() -> lane.crc(files, layout.place(tensor), size));
  }

  private void carry(CarriedMember member, Lane lane) {
    Place start = member.place();
    long crc =
        lane.carry(
            member.bytes(),
            (block, at) -> files.write(block, new Place(start.file(), start.offset() + at)));
    carried.computeIfAbsent(member, m -> new CrcRanges()).add(0, member.bytes().size(), crc);
  }
}

package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.TargetTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs a plan against a layout. Memory is a few blocks a thread, whatever the model; the bytes are
 * the same for any number of threads.
 */
public final class Executor {
  private final TargetLayout layout;
  private final OutputFiles files;
  private final Conditions conditions;
  private final Resumption resumption;
  private final StorageCrcs storages = new StorageCrcs();
  private final Map<TargetTensor, CrcRanges> ranges = new ConcurrentHashMap<>();
  private final Map<CarriedMember, Long> carried = new ConcurrentHashMap<>();
  private final List<SourceTensor> unchanged = Collections.synchronizedList(new ArrayList<>());
  private final List<Lane> lanes = Collections.synchronizedList(new ArrayList<>());

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

  private Executor(TargetLayout layout, OutputFiles files, Conditions conditions) {
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
    if (files.inOrder()) {
      return new FrontToBack(plan, layout, files, progress, conditions).run();
    }
    try (var behind = new WriteBehind(files, conditions.workers())) {
      return new Executor(layout, behind, conditions).run(plan.steps(), progress);
    }
  }

  private Written run(List<PlanStep> steps, Progress progress) {
    try {
      var tasks = new ArrayList<Consumer<Lane>>();
      for (int i = 0; i < steps.size(); i++) {
        tasks.addAll(tasks(i, steps.get(i), progress));
      }
      layout.carried().forEach(member -> tasks.add(lane -> carry(member, lane)));
      conditions.workers().run(tasks, this::lane);
      return finish();
    } finally {
      lanes.forEach(Lane::close);
    }
  }

  private Lane lane() {
    var lane = new Lane(conditions.backend().get());
    lanes.add(lane);
    return lane;
  }

  private List<Consumer<Lane>> tasks(int number, PlanStep step, Progress progress) {
    boolean alone = conditions.workers().threads() == 1;
    var run = new StepRun(step, layout, files, progress, alone, done -> done(number, done));
    var entry = conditions.journal().entry(number);
    return entry.isEmpty()
        ? run.tasks()
        : List.of(lane -> resume(run, entry.get(), progress, lane));
  }

  private void resume(StepRun run, Journal.Entry entry, Progress progress, Lane lane) {
    var written = resumption.take(run, entry, lane);
    if (written.isEmpty()) {
      run.tasks().forEach(task -> task.accept(lane));
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

  private Written finish() {
    Lane lane = lanes.isEmpty() ? lane() : lanes.get(0);
    storages.requireRest(lane.block().scratch());
    var crcs = new LinkedHashMap<TargetTensor, Long>();
    ranges.forEach((tensor, told) -> crcs.put(tensor, crc(tensor, told, lane)));
    for (Piece piece : layout.structure(crcs)) {
      files.write(ByteBuffer.wrap(piece.bytes()), piece.place());
    }
    long read = lanes.stream().mapToLong(Lane::bytesRead).sum();
    var losses = lanes.stream().map(Lane::losses).reduce(resumption.losses(), CastLosses::plus);
    return new Written(
        crcs, Map.copyOf(carried), read, resumption.bytes(), losses, List.copyOf(unchanged));
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
    carried.put(member, crc);
  }
}

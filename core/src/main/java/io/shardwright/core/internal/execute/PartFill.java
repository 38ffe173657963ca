package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.execute.FileItems.Item;
import io.shardwright.core.internal.execute.SentFiles.Part;
import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.Fill;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.internal.plan.TargetTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Makes several parts of a target's files at once: of each logical tensor it reads the elements
 * that any of them needs, once.
 */
final class PartFill implements OutputFiles {
  /** Logical elements that follow each other. */
  private record Run(long from, long to) {}

  /** What a part holds of a tensor. */
  private record Wanted(Part part, Item item) {
    long from() {
      return Math.max(0, part.start() - item.offset());
    }

    long to() {
      return Math.min(item.size(), part.end() - item.offset());
    }
  }

  private final FileItems items;
  private final List<PlanStep> steps;
  private final Map<TargetTensor, Integer> numbers;
  private final TargetLayout layout;
  private final Map<Part, ByteBuffer> parts;

  /**
   * For parts and the buffers that they are made in.
   *
   * @param numbers the step that makes a tensor
   */
  PartFill(
      FileItems items,
      List<PlanStep> steps,
      Map<TargetTensor, Integer> numbers,
      TargetLayout layout,
      Map<Part, ByteBuffer> parts) {
    this.items = items;
    this.steps = steps;
    this.numbers = numbers;
    this.layout = layout;
    this.parts = parts;
  }

  /** Two lanes of a thread: what is read for others too counts once. */
  record Lanes(Lane counted, Lane again) {
    static Lanes of(Supplier<TensorBackend> backend) {
      return new Lanes(new Lane(backend.get()), new Lane(backend.get()));
    }

    void close() {
      counted.close();
      again.close();
    }
  }

  /** Takes what comes of it. */
  interface Sums {
    /** A range of a tensor is made. */
    void made(TargetTensor tensor, long offset, long length, long crc);

    /** A range of a member is made. */
    void made(CarriedMember member, long offset, long length, long crc);
  }

  /** Reads what the parts need, and tells what was read and made. */
  void run(Lanes lanes, Progress progress, StorageCrcs storages, Sums sums) {
    var wanted = new TreeMap<Integer, Map<TargetTensor, List<Wanted>>>();
    for (Part part : parts.keySet()) {
      for (Item item : items.of(part.file(), part.start(), part.end())) {
        item.tensor()
            .ifPresent(
                tensor ->
                    wanted
                        .computeIfAbsent(numbers.get(tensor), step -> new HashMap<>())
                        .computeIfAbsent(tensor, each -> new ArrayList<>())
                        .add(new Wanted(part, item)));
        item.member().ifPresent(member -> carry(member, new Wanted(part, item), lanes));
      }
    }
    wanted.forEach((step, of) -> step(steps.get(step), of, lanes, progress, storages));
    parts.keySet().forEach(part -> tell(part, sums));
  }

  private void carry(CarriedMember member, Wanted wanted, Lanes lanes) {
    long from = wanted.from();
    var bytes = member.bytes().slice(from, wanted.to() - from, member.member());
    long start = wanted.item().offset() + from;
    lanes
        .counted()
        .carry(bytes, (block, at) -> write(block, new Place(wanted.part().file(), start + at)));
  }

  private void step(
      PlanStep step,
      Map<TargetTensor, List<Wanted>> wanted,
      Lanes lanes,
      Progress progress,
      StorageCrcs storages) {
    var first = new StepRun(step, layout, this, progress, false, done -> {});
    if (step instanceof Fill) {
      first.run(lanes.counted(), 0, step.tensor().shape().elements());
      return;
    }
    var own = new ArrayList<Run>();
    var others = new ArrayList<Run>();
    List<To> views = first.step().to();
    for (int view = 0; view < views.size(); view++) {
      To to = views.get(view);
      var runs = isFirst(views, view) ? own : others;
      var spans = new Spans(to.view(), first.step().tensor().shape());
      wanted
          .getOrDefault(to.tensor(), List.of())
          .forEach(part -> take(runs, spans, part, to.tensor().spec().dtype().byteSize()));
    }
    List<Run> read = joined(own);
    read.forEach(run -> first.expect(run.from(), run.to()));
    read.forEach(run -> first.run(lanes.counted(), run.from(), run.to()));
    first.tell(storages);
    List<Run> rest = without(joined(others), read);
    if (!rest.isEmpty()) {
      var again = new StepRun(unchecked(step), layout, this, bytes -> {}, false, done -> {});
      rest.forEach(run -> again.expect(run.from(), run.to()));
      rest.forEach(run -> again.run(lanes.again(), run.from(), run.to()));
    }
  }

  /** Whether a view is the first to get its elements: its parts are those that count them. */
  private static boolean isFirst(List<To> views, int view) {
    var box = views.get(view).view().logical();
    for (int earlier = 0; earlier < view; earlier++) {
      if (views.get(earlier).view().logical().overlaps(box)) {
        return false;
      }
    }
    return true;
  }

  /** Replicas are compared where the elements count. */
  private static PlanStep unchecked(PlanStep step) {
    return step instanceof LowRankMerge merge
        ? new LowRankMerge(unchecked(merge.copy()), merge.products())
        : unchecked((Copy) step);
  }

  private static Copy unchecked(Copy copy) {
    return new Copy(
        copy.tensor(),
        copy.from(),
        List.of(),
        copy.zeros(),
        copy.leftOut(),
        copy.shift(),
        copy.to());
  }

  private static void take(List<Run> runs, Spans spans, Wanted wanted, int elementSize) {
    for (long span = 0; span < spans.count(); span++) {
      long stored = spans.storedStart(span) * elementSize;
      long from = Math.max(0, wanted.from() - stored) / elementSize;
      long behind = wanted.to() - stored + elementSize - 1;
      long to = Math.min(spans.length(), Math.max(0, behind) / elementSize);
      if (from < to) {
        long start = spans.logicalStart(span);
        add(runs, new Run(start + from, start + to));
      }
    }
  }

  private static void add(List<Run> runs, Run run) {
    int last = runs.size() - 1;
    if (last >= 0 && runs.get(last).to() == run.from()) {
      runs.set(last, new Run(runs.get(last).from(), run.to()));
    } else {
      runs.add(run);
    }
  }

  /** In order, those that touch or overlap as one. */
  private static List<Run> joined(List<Run> runs) {
    runs.sort((one, other) -> Long.compare(one.from(), other.from()));
    var joined = new ArrayList<Run>();
    for (Run run : runs) {
      int last = joined.size() - 1;
      if (last >= 0 && joined.get(last).to() >= run.from()) {
        Run before = joined.get(last);
        joined.set(last, new Run(before.from(), Math.max(before.to(), run.to())));
      } else {
        joined.add(run);
      }
    }
    return joined;
  }

  /** What the first list has and the second has not; both are joined. */
  private static List<Run> without(List<Run> all, List<Run> taken) {
    var rest = new ArrayList<Run>();
    for (Run run : all) {
      long at = run.from();
      for (Run gone : taken) {
        if (gone.to() > at && gone.from() < run.to()) {
          if (gone.from() > at) {
            rest.add(new Run(at, gone.from()));
          }
          at = gone.to();
        }
      }
      if (at < run.to()) {
        rest.add(new Run(at, run.to()));
      }
    }
    return rest;
  }

  private void tell(Part part, Sums sums) {
    for (Item item : items.of(part.file(), part.start(), part.end())) {
      var wanted = new Wanted(part, item);
      long length = wanted.to() - wanted.from();
      int at = (int) (item.offset() + wanted.from() - part.start());
      long crc = ContentHash.crc(parts.get(part).slice(at, (int) length));
      item.tensor().ifPresent(tensor -> sums.made(tensor, wanted.from(), length, crc));
      item.member().ifPresent(member -> sums.made(member, wanted.from(), length, crc));
    }
  }

  /** What is of other parts is not kept. */
  @Override
  public void write(ByteBuffer source, Place place) {
    long offset = place.offset();
    long end = offset + source.remaining();
    parts.forEach(
        (part, bytes) -> {
          long from = Math.max(part.start(), offset);
          long to = Math.min(part.end(), end);
          if (part.file() == place.file() && from < to) {
            int skipped = source.position() + (int) (from - offset);
            bytes.put((int) (from - part.start()), source, skipped, (int) (to - from));
          }
        });
    source.position(source.limit());
  }

  @Override
  public void read(ByteBuffer bytes, Place place) {
    throw new IllegalStateException("unwritten data can't be read back");
  }
}

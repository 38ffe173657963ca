package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.TargetTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * Runs a plan for targets whose files can only be written front to back, such as objects of a
 * store: file by file, tensor by tensor, window by window. The bytes are those of any other run;
 * source bytes that several target tensors need are read for each of them.
 */
final class FrontToBack {
  private static final int LARGEST_WINDOW = 16 << 20;
  private static final int WINDOW_BLOCKS = 16;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 16).asReadOnlyBuffer();

  private final ExecutablePlan plan;
  private final TargetLayout layout;
  private final OutputFiles files;
  private final Progress progress;
  private final Lane lane;
  private final Lane uncounted;
  private final Window window;
  private final StorageCrcs storages = new StorageCrcs();
  private final Map<TargetTensor, PlanStep> steps = new HashMap<>();
  private final Map<TargetTensor, Long> crcs = new LinkedHashMap<>();
  private final Map<CarriedMember, Long> carried = new LinkedHashMap<>();
  private final Map<Place, byte[]> structure = new HashMap<>();
  private boolean outdated;
  private int file;
  private long position;

  FrontToBack(
      ExecutablePlan plan,
      TargetLayout layout,
      OutputFiles files,
      Progress progress,
      Executor.Conditions conditions) {
    this.plan = plan;
    this.layout = layout;
    this.files = files;
    this.progress = progress;
    lane = new Lane(conditions.backend().get());
    uncounted = new Lane(conditions.backend().get());
    long wanted = (long) WINDOW_BLOCKS * lane.tileBytes();
    window = new Window((int) Math.min(LARGEST_WINDOW, wanted));
  }

  Written run() {
    try {
      plan.steps().forEach(step -> step.to().forEach(to -> steps.put(to.tensor(), step)));
      plan.targets().forEach(tensor -> crcs.put(tensor, 0L));
      restructure();
      var items = items();
      for (OutputFile each : layout.files()) {
        position = 0;
        items.get(file).forEach(this::write);
        zeros(each.size());
        file++;
      }
      storages.requireRest(lane.block().scratch());
      long read = lane.bytesRead() + uncounted.bytesRead();
      return new Written(crcs, carried, read, 0, lane.losses(), List.of());
    } finally {
      lane.close();
      uncounted.close();
    }
  }

  /** What each file holds, by its offset. */
  private List<TreeMap<Long, Runnable>> items() {
    var items = new ArrayList<TreeMap<Long, Runnable>>();
    layout.files().forEach(each -> items.add(new TreeMap<>()));
    structure.forEach((place, bytes) -> put(items, place, bytes.length, () -> piece(place)));
    layout
        .carried()
        .forEach(each -> put(items, each.place(), each.bytes().size(), () -> carry(each)));
    plan.targets()
        .forEach(
            each -> put(items, layout.place(each), each.spec().byteSize(), () -> tensor(each)));
    return items;
  }

  private static void put(
      List<TreeMap<Long, Runnable>> items, Place place, long size, Runnable item) {
    if (size > 0) {
      items.get(place.file()).put(place.offset(), item);
    }
  }

  private void write(long offset, Runnable item) {
    zeros(offset);
    item.run();
  }

  private void zeros(long end) {
    while (position < end) {
      append(ZEROS.slice(0, (int) Math.min(ZEROS.capacity(), end - position)));
    }
  }

  private void append(ByteBuffer bytes) {
    Interruption.heed();
    int count = bytes.remaining();
    files.write(bytes, new Place(file, position));
    position += count;
  }

  /** A header or directory tells the checksums of what is written by now. */
  private void piece(Place place) {
    if (outdated) {
      restructure();
    }
    append(ByteBuffer.wrap(structure.get(place)));
  }

  private void restructure() {
    structure.clear();
    for (Piece piece : layout.structure(crcs)) {
      structure.put(piece.place(), piece.bytes());
    }
    outdated = false;
  }

  private void carry(CarriedMember member) {
    carried.put(member, lane.carry(member.bytes(), (block, at) -> append(block)));
  }

  private void tensor(TargetTensor tensor) {
    var own = new SingleTarget(steps.get(tensor), tensor);
    var run = new StepRun(own.step(), layout, window, bytes -> {}, false, done -> {});
    var blocks = new Blocks(own, run, run.blockSize(lane), position);
    var crc = new CRC32();
    long end = position + tensor.spec().byteSize();
    while (position < end) {
      window.moveTo(position, end);
      blocks.fill();
      crc.update(window.bytes());
      progress.advance(window.end() - window.start());
      append(window.bytes());
    }
    run.tell(storages);
    crcs.put(tensor, crc.getValue());
    outdated = true;
  }

  /**
   * The blocks of a step, each done as often as it has bytes in a window; what it loses counts
   * once.
   */
  private final class Blocks {
    private final StepRun run;
    private final long size;
    private final long start;
    private final boolean first;
    private final int elementSize;
    private final List<Spans> spans = new ArrayList<>();
    private final long elements;
    private final BitSet counted = new BitSet();
    private final BlockSpans inBlock = new BlockSpans();

    Blocks(SingleTarget own, StepRun run, long size, long start) {
      this.run = run;
      this.size = size;
      this.start = start;
      first = own.first();
      elementSize = own.to().get(0).tensor().spec().dtype().byteSize();
      var shape = run.step().tensor().shape();
      elements = shape.elements();
      run.step().to().forEach(to -> spans.add(new Spans(to.view(), shape)));
    }

    void fill() {
      for (long at = 0; at < elements; at += size) {
        long from = at;
        long to = Math.min(elements, at + size);
        if (spans.stream().anyMatch(each -> meets(each, from, to))) {
          int number = Math.toIntExact(at / size);
          run.run(first && !counted.get(number) ? lane : uncounted, from, to);
          counted.set(number);
        }
      }
    }

    private boolean meets(Spans each, long from, long to) {
      inBlock.take(each, from, to, elementSize);
      for (int span = 0; span < inBlock.count(); span++) {
        if (window.meets(start + inBlock.stored(span), inBlock.length(span))) {
          return true;
        }
      }
      return false;
    }
  }

  /** A range of a file that is put together in memory. What is written elsewhere is not kept. */
  private static final class Window implements OutputFiles {
    private final ByteBuffer bytes;
    private long start;
    private long end;

    Window(int capacity) {
      bytes = ByteBuffer.allocateDirect(capacity);
    }

    /** Moves to as many bytes from an offset on as there is room for, at most up to a limit. */
    void moveTo(long offset, long limit) {
      start = offset;
      end = Math.min(limit, offset + bytes.capacity());
    }

    long start() {
      return start;
    }

    long end() {
      return end;
    }

    ByteBuffer bytes() {
      return bytes.slice(0, (int) (end - start));
    }

    /** Whether any of the bytes at an offset are its own. */
    boolean meets(long offset, long count) {
      return offset < end && offset + count > start;
    }

    @Override
    public void write(ByteBuffer source, Place place) {
      long from = Math.max(start, place.offset());
      long to = Math.min(end, place.offset() + source.remaining());
      if (from < to) {
        int skipped = (int) (from - place.offset());
        bytes.put((int) (from - start), source, source.position() + skipped, (int) (to - from));
      }
      source.position(source.limit());
    }

    @Override
    public void read(ByteBuffer target, Place place) {
      throw new IllegalStateException("nothing is read back from what is not written yet");
    }
  }
}

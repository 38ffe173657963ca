package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.TargetTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Gives any tensor of a target from front to back, by itself: of the source it reads what that
 * tensor is of, in windows of bounded size. For one thread.
 */
final class ByteRanges implements AutoCloseable {
  private static final int LARGEST_WINDOW = 16 << 20;
  private static final int WINDOW_BLOCKS = 16;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 16).asReadOnlyBuffer();

  private final TargetLayout layout;
  private final Progress progress;
  private final Lane lane;
  private final Lane uncounted;
  private final Window window;
  private final StorageCrcs storages = new StorageCrcs();
  private final Map<TargetTensor, PlanStep> steps = new HashMap<>();

  /** Takes bytes in their order. */
  interface Sink {
    /** Takes the buffer's remaining bytes. */
    void take(ByteBuffer bytes);
  }

  /** Reads nothing yet. */
  ByteRanges(
      ExecutablePlan plan, TargetLayout layout, Progress progress, Executor.Conditions conditions) {
    this.layout = layout;
    this.progress = progress;
    lane = new Lane(conditions.backend().get());
    uncounted = new Lane(conditions.backend().get());
    long wanted = (long) WINDOW_BLOCKS * lane.tileBytes();
    window = new Window((int) Math.min(LARGEST_WINDOW, wanted));
    plan.steps().forEach(step -> step.to().forEach(to -> steps.put(to.tensor(), step)));
  }

  static void zeros(long count, Sink sink) {
    for (long left = count; left > 0; left -= Math.min(ZEROS.capacity(), left)) {
      sink.take(ZEROS.slice(0, (int) Math.min(ZEROS.capacity(), left)));
    }
  }

  /** Gives all of a tensor, and its CRC-32. */
  long tensor(TargetTensor tensor, Sink sink) {
    long start = layout.place(tensor).offset();
    var own = new SingleTarget(steps.get(tensor), tensor);
    var run = new StepRun(own.step(), layout, window, bytes -> {}, false, done -> {});
    var blocks = new Blocks(own, run, run.blockSize(lane), start);
    run.expect(0, run.step().tensor().shape().elements());
    var crc = new CRC32();
    long end = start + tensor.spec().byteSize();
    for (long at = start; at < end; at = window.end()) {
      window.moveTo(at, end);
      blocks.fill();
      crc.update(window.bytes());
      progress.advance(window.end() - window.start());
      sink.take(window.bytes());
    }
    run.tell(storages);
    return crc.getValue();
  }

  /** Gives all of a member, and its CRC-32. */
  long member(CarriedMember member, Sink sink) {
    return lane.carry(member.bytes(), (block, at) -> sink.take(block));
  }

  /** Reads the storages whose stated checksums were not compared on the way. */
  void requireRest() {
    storages.requireRest(lane.block().scratch());
  }

  /** Bytes that were read from the source. */
  long bytesRead() {
    return lane.bytesRead() + uncounted.bytesRead();
  }

  CastLosses losses() {
    return lane.losses();
  }

  @Override
  public void close() {
    lane.close();
    uncounted.close();
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
      throw new IllegalStateException("unwritten data can't be read back");
    }
  }
}

package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.TargetLayout.Passage;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.Fill;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** Runs a plan against a layout. Memory is two slabs, whatever the model. */
public final class Executor {
  /** Between 256 KiB and 1 MiB reads and writes are fastest; 4 MiB halves the speed. */
  private static final int SLAB_BYTES = 1 << 20;

  private final TargetLayout layout;
  private final OutputFiles files;
  private final Progress progress;
  private final Slab slab;
  private final int slabBytes;
  private final Casts casts = new Casts();
  private Slab cast;
  private final Map<TargetTensor, Long> crcs = new LinkedHashMap<>();

  private Executor(TargetLayout layout, OutputFiles files, Progress progress, int slabBytes) {
    this.layout = layout;
    this.files = files;
    this.progress = progress;
    this.slabBytes = slabBytes;
    this.slab = new Slab(slabBytes);
  }

  /** Runs every step, carries members over, and writes the structure last. */
  public static Written run(
      ExecutablePlan plan, TargetLayout layout, OutputFiles files, Progress progress) {
    return run(plan, layout, files, progress, SLAB_BYTES);
  }

  static Written run(
      ExecutablePlan plan, TargetLayout layout, OutputFiles files, Progress progress, int slab) {
    return new Executor(layout, files, progress, slab).run(plan.steps());
  }

  private Written run(List<PlanStep> steps) {
    for (PlanStep step : steps) {
      if (step instanceof Copy copy) {
        copy(copy);
      } else if (step instanceof Fill fill) {
        fill(fill);
      }
    }
    var passages = new LinkedHashMap<Passage, Long>();
    long carried = 0;
    for (Passage passage : layout.passages()) {
      passages.put(passage, carry(passage));
      carried += passage.bytes().size();
    }
    for (Piece piece : layout.structure(crcs)) {
      files.write(ByteBuffer.wrap(piece.bytes()), piece.place());
    }
    return new Written(crcs, passages, slab.bytesRead() + carried, casts.losses());
  }

  private void copy(Copy copy) {
    DType dtype = copy.tensor().dtype();
    var sources = new SourceViews(copy.from(), copy.tensor().shape());
    var replicas = new SourceViews(copy.replicas(), copy.tensor().shape());
    var targets = new TargetViews(copy);
    long elements = copy.tensor().shape().elements();
    long step = slabBytes / targets.widest(dtype);
    for (long at = 0; at < elements; at += step) {
      slab.moveTo(at, Math.min(elements, at + step), dtype);
      if (!copy.zeros().isEmpty()) {
        slab.clear();
      }
      sources.each(slab::read);
      replicas.each(slab::compare);
      write(targets, dtype, copy.shift());
      progress.advance(Math.min(elements - at, step) * dtype.byteSize());
    }
    sources.requireIntact(slab.scratch());
    replicas.requireIntact(slab.scratch());
    finish(targets);
  }

  private void write(TargetViews targets, DType dtype, double shift) {
    for (DType wanted : targets.dtypes()) {
      Slab from = slab;
      if (wanted != dtype || shift != 0) {
        cast = cast == null ? new Slab(slabBytes) : cast;
        cast.take(slab, dtype, wanted, casts, shift);
        from = cast;
      }
      Slab bytes = from;
      targets.each(
          wanted, (tensor, runs, crc) -> bytes.write(runs, layout.place(tensor), files, crc));
    }
  }

  private void fill(Fill fill) {
    var targets = new TargetViews(fill);
    slab.moveTo(0, fill.tensor().shape().elements(), fill.tensor().dtype());
    slab.bytes(fill.values().length).put(fill.values());
    write(targets, fill.tensor().dtype(), 0);
    finish(targets);
  }

  private void finish(TargetViews targets) {
    targets.crcs().forEach((tensor, crc) -> crcs.put(tensor, value(tensor, crc)));
  }

  private long value(TargetTensor tensor, RunningCrc crc) {
    return crc.value(files, layout.place(tensor), tensor.spec().byteSize(), slab.scratch());
  }

  private long carry(Passage passage) {
    var crc = new CRC32();
    ByteBuffer buffer = slab.scratch();
    long size = passage.bytes().size();
    for (long at = 0; at < size; at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), size - at));
      passage.bytes().readFully(buffer, at);
      crc.update(buffer.flip());
      buffer.flip();
      files.write(buffer, new Place(passage.place().file(), passage.place().offset() + at));
    }
    return crc.getValue();
  }
}

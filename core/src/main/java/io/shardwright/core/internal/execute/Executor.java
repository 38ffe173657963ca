package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.TargetLayout.Passage;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.internal.plan.TargetTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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
      copy((Copy) step);
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
    return new Written(crcs, passages, slab.bytesRead() + carried);
  }

  private void copy(Copy copy) {
    var sources = new SourceViews(copy.from(), copy.tensor().shape());
    var replicas = new SourceViews(copy.replicas(), copy.tensor().shape());
    var targets = new ArrayList<Runs>();
    var running = new LinkedHashMap<TargetTensor, RunningCrc>();
    for (To to : copy.to()) {
      targets.add(new Runs(to.view(), copy.tensor().shape()));
      running.putIfAbsent(to.tensor(), new RunningCrc());
    }
    int size = copy.tensor().dtype().byteSize();
    long elements = copy.tensor().shape().elements();
    long step = slabBytes / size;
    for (long at = 0; at < elements; at += step) {
      slab.moveTo(at, Math.min(elements, at + step), copy.tensor().dtype());
      if (!copy.zeros().isEmpty()) {
        slab.clear();
      }
      sources.each(slab::read);
      replicas.each(slab::compare);
      for (int i = 0; i < targets.size(); i++) {
        var tensor = copy.to().get(i).tensor();
        slab.write(targets.get(i), layout.place(tensor), files, running.get(tensor));
      }
      progress.advance(Math.min(elements - at, step) * size);
    }
    sources.requireIntact(slab.scratch());
    replicas.requireIntact(slab.scratch());
    running.forEach((tensor, crc) -> crcs.put(tensor, value(tensor, crc)));
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

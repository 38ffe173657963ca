package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.codec.zip.ZipLayout;
import io.shardwright.core.internal.execute.Crc32Combination;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.internal.verify.TargetVerifier;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.TensorLayout;
import io.shardwright.spi.format.TensorLayout.Container;
import io.shardwright.spi.format.TensorLayout.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/** Lays out what a third party's format is written as. */
final class PluggedTarget implements CheckpointTarget {
  /** A part of a file, its tensor, and where it begins. */
  private record Placed(Part part, Optional<TargetTensor> tensor, Place place) {}

  private final PluggedFormat format;
  private final ExecutablePlan plan;
  private final Guard guard;
  private final TargetNaming naming;
  private final List<OutputFile> files = new ArrayList<>();
  private final Map<Integer, ZipLayout> zips = new LinkedHashMap<>();
  private final List<Placed> parts = new ArrayList<>();
  private final Map<TargetTensor, Place> places = new HashMap<>();

  private PluggedTarget(PluggedFormat format, ExecutablePlan plan, Guard guard) {
    this.format = format;
    this.plan = plan;
    this.guard = guard;
    this.naming = TargetNaming.of(plan.files());
  }

  /**
   * Asks the format for its files.
   *
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if it can't hold a tensor
   */
  static PluggedTarget of(PluggedFormat format, ExecutablePlan plan, Guard guard) {
    var target = new PluggedTarget(format, plan, guard);
    String source = plan.source().source();
    if (target.naming.specs().isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED, source, "holds no tensors, and " + format.id() + " nothing else");
    }
    TensorLayout layout = format.format().layout().orElseThrow();
    var made =
        format.plugin().asking("laying tensors out", () -> layout.layOut(target.naming.specs()));
    new LayoutCheck(format.plugin(), source, guard).require(made, target.naming.specs());
    made.forEach(target::place);
    return target;
  }

  private void place(TensorLayout.OutputFile file) {
    int index = files.size();
    long end = 0;
    var zip = new ZipLayout();
    for (Part part : file.parts()) {
      long head = part.head().length;
      long size = Math.addExact(head, part.tensor().map(spec -> spec.byteSize()).orElse(0L));
      if (file.container() == Container.ZIP) {
        zip.add(part.name(), size);
        end = zip.dataOffset(part.name());
      }
      Optional<TargetTensor> tensor = part.tensor().map(naming::tensor);
      parts.add(new Placed(part, tensor, new Place(index, end)));
      long values = Math.addExact(end, head);
      tensor.ifPresent(known -> places.put(known, new Place(index, values)));
      end = Math.addExact(end, size);
    }
    if (file.container() == Container.ZIP) {
      zips.put(index, zip);
      end = zip.size();
    }
    files.add(new OutputFile(file.name(), end));
  }

  @Override
  public List<OutputFile> files() {
    return files;
  }

  @Override
  public Place place(TargetTensor tensor) {
    return places.get(tensor);
  }

  @Override
  public List<Piece> structure(Map<TargetTensor, Long> crcs) {
    var pieces = new ArrayList<Piece>();
    Map<Integer, Map<String, Long>> sums = new HashMap<>();
    for (Placed placed : parts) {
      pieces.add(new Piece(placed.place(), placed.part().head()));
      sums.computeIfAbsent(placed.place().file(), file -> new HashMap<>())
          .put(placed.part().name(), crc(placed, crcs));
    }
    zips.forEach(
        (file, zip) ->
            zip.structure(sums.getOrDefault(file, Map.of()))
                .forEach(
                    piece ->
                        pieces.add(new Piece(new Place(file, piece.offset()), piece.bytes()))));
    return pieces;
  }

  private static long crc(Placed placed, Map<TargetTensor, Long> crcs) {
    var head = new CRC32();
    head.update(placed.part().head());
    return placed
        .tensor()
        .map(
            tensor ->
                Crc32Combination.of(head.getValue(), crcs.get(tensor), tensor.spec().byteSize()))
        .orElse(head.getValue());
  }

  @Override
  public long verifiedBytes() {
    return plan.tensorBytes();
  }

  /** The format reads what it wrote. */
  @Override
  public void verify(Path staged, Written written, Progress progress, Workers workers) {
    var verifier = new TargetVerifier(staged.getFileName().toString(), progress, workers);
    try (var read = format.reopen(staged, guard.anew())) {
      verifier.requireTensors(read.tensors(), naming.byName(), written);
      verifier.readAll();
    }
  }
}

package io.shardwright.core.internal.format;

import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.safetensors.SafetensorsLayout;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.internal.verify.TargetVerifier;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lays out a folder of safetensors files and documents. */
public final class FolderTarget implements CheckpointTarget {
  private final ExecutablePlan plan;
  private final Map<String, byte[]> documents;
  private final List<Attachment> carried;
  private final Guard guard;
  private final Map<String, SafetensorsLayout> layouts = new LinkedHashMap<>();
  private final MemberPlacement placement;

  /**
   * Lays out the target of a plan.
   *
   * @param documents files made here, by name
   * @param carried files that are carried over byte for byte
   * @throws MalformedCheckpointException if two files would have one name
   */
  public FolderTarget(
      ExecutablePlan plan, Map<String, byte[]> documents, List<Attachment> carried, Guard guard) {
    this.plan = plan;
    this.documents = documents;
    this.carried = carried;
    this.guard = guard;
    var sizes = new LinkedHashMap<String, Long>();
    documents.forEach((name, bytes) -> place(sizes, name, bytes.length));
    carried.forEach(file -> place(sizes, file.name(), file.bytes().size()));
    for (TargetFile file : plan.files()) {
      var specs = file.tensors().values().stream().map(TargetTensor::spec).toList();
      var layout = SafetensorsLayout.of(specs, file.member());
      layouts.put(file.member(), layout);
      place(sizes, file.member(), layout.size());
    }
    placement = MemberPlacement.folder(sizes);
  }

  private void place(Map<String, Long> sizes, String name, long size) {
    if (sizes.put(name, size) != null) {
      throw new MalformedCheckpointException(
          ErrorCode.UNSUPPORTED,
          plan.source().source(),
          "holds a file '" + name + "', but a folder of that name must be created");
    }
  }

  @Override
  public List<OutputFile> files() {
    return placement.files();
  }

  @Override
  public Place place(TargetTensor tensor) {
    return placement.within(
        tensor.member(), layouts.get(tensor.member()).dataOffset(tensor.spec().name()));
  }

  @Override
  public List<CarriedMember> carried() {
    return carried.stream()
        .map(file -> new CarriedMember(file.name(), file.bytes(), placement.within(file.name(), 0)))
        .toList();
  }

  @Override
  public List<Piece> structure(Map<TargetTensor, Long> crcs) {
    var pieces = new ArrayList<Piece>();
    documents.forEach((name, bytes) -> pieces.add(new Piece(placement.within(name, 0), bytes)));
    layouts.forEach(
        (name, layout) -> pieces.add(new Piece(placement.within(name, 0), layout.head())));
    return pieces;
  }

  @Override
  public long verifiedBytes() {
    return plan.tensorBytes()
        + documents.values().stream().mapToLong(b -> b.length).sum()
        + carried.stream().mapToLong(file -> file.bytes().size()).sum();
  }

  @Override
  public void verify(Path staged, Written written, Progress progress, Workers workers) {
    var verifier = new TargetVerifier(staged.getFileName().toString(), progress, workers);
    try (var opened = new OpenedFiles(staged)) {
      for (TargetFile file : plan.files()) {
        var tensors = SafetensorsFile.open(opened.open(file.member()), guard.anew()).tensors();
        verifier.requireTensors(tensors, file, written);
      }
      documents.forEach((name, bytes) -> verifier.requireMember(name, opened.open(name), bytes));
      verifier.requireCarried(written, opened::open);
      verifier.readAll();
    }
  }
}

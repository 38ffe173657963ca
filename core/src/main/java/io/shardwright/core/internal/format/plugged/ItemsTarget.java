package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpLayout;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Chunk;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Tensor;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.MemberPlacement;
import io.shardwright.core.internal.format.OpenedFiles;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.internal.verify.TargetVerifier;
import io.shardwright.spi.tensor.Region;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lays out whole tensors as items of a distributed checkpoint of PyTorch, and documents. */
final class ItemsTarget implements CheckpointTarget {
  private final PluggedModelFormat format;
  private final ExecutablePlan plan;
  private final Guard guard;
  private final Map<String, byte[]> documents = new LinkedHashMap<>();
  private final Map<String, DcpLayout> layouts = new LinkedHashMap<>();
  private final Map<TargetTensor, DcpItem> items = new LinkedHashMap<>();
  private final MemberPlacement placement;

  /**
   * Lays out the target of a plan.
   *
   * @param made documents by name
   */
  ItemsTarget(
      PluggedModelFormat format, ExecutablePlan plan, Map<String, byte[]> made, Guard guard) {
    this.format = format;
    this.plan = plan;
    this.guard = guard;
    plan.targets()
        .forEach(
            tensor ->
                items.put(
                    tensor,
                    layouts.computeIfAbsent(tensor.member(), DcpLayout::new).add(tensor.spec())));
    documents.putAll(made);
    documents.put(DcpMetadata.FILE, metadata());
    var sizes = new LinkedHashMap<String, Long>();
    layouts.forEach((name, layout) -> sizes.put(name, layout.size()));
    documents.forEach((name, bytes) -> sizes.put(name, (long) bytes.length));
    placement = MemberPlacement.folder(sizes);
  }

  private byte[] metadata() {
    var tensors = new ArrayList<Tensor>();
    items.forEach(
        (tensor, item) ->
            tensors.add(
                new Tensor(
                    tensor.spec(), List.of(new Chunk(Region.whole(tensor.spec().shape()), item)))));
    return DcpMetadataWriter.writeDict(tensors, Form.TORCH_2_3);
  }

  @Override
  public List<OutputFile> files() {
    return placement.files();
  }

  @Override
  public Place place(TargetTensor tensor) {
    DcpItem item = items.get(tensor);
    return placement.within(item.file(), layouts.get(item.file()).dataOffset(item));
  }

  @Override
  public List<Piece> structure(Map<TargetTensor, Long> crcs) {
    var byItem = new HashMap<DcpItem, Long>();
    items.forEach((tensor, item) -> byItem.put(item, crcs.get(tensor)));
    var pieces = new ArrayList<Piece>();
    layouts.forEach(
        (file, layout) ->
            layout
                .structure(byItem)
                .forEach(
                    piece ->
                        pieces.add(
                            new Piece(placement.within(file, piece.offset()), piece.bytes()))));
    documents.forEach((name, bytes) -> pieces.add(new Piece(placement.within(name, 0), bytes)));
    return pieces;
  }

  @Override
  public long verifiedBytes() {
    return plan.tensorBytes() + documents.values().stream().mapToLong(b -> b.length).sum();
  }

  /** The format reads what was written. */
  @Override
  public void verify(Path staged, Written written, Progress progress, Workers workers) {
    var verifier = new TargetVerifier(staged.getFileName().toString(), progress, workers);
    try (var read = format.reopen(staged, guard.anew());
        var opened = new OpenedFiles(staged)) {
      var found = new HashMap<String, SourceTensor>();
      read.sourceFiles()
          .arrays()
          .forEach(array -> array.whole().ifPresent(t -> found.put(t.spec().name(), t)));
      var expected = new HashMap<String, TargetTensor>();
      items.keySet().forEach(tensor -> expected.put(tensor.spec().name(), tensor));
      verifier.requireTensors(found, expected, written);
      documents.forEach((name, bytes) -> verifier.requireMember(name, opened.open(name), bytes));
      verifier.readAll();
    }
  }
}

package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.core.internal.codec.torch.TorchTree;
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
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.format.GridLayout.Contents;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Lays out a distributed checkpoint of PyTorch, and documents beside it. */
final class GridTarget implements CheckpointTarget {
  /** The first Megatron-Core that came with a PyTorch of the newer names. */
  private static final int NEWER_NAMES = 8;

  private final PluggedModelFormat format;
  private final ExecutablePlan plan;
  private final String folder;
  private final ItemFiles items;
  private final Guard guard;

  /** A file that holds no tensor; a large one is made when it is written. */
  private record Document(long size, Supplier<byte[]> bytes) {}

  private final Map<String, Document> documents = new LinkedHashMap<>();
  private final Map<String, Long> sizes = new LinkedHashMap<>();
  private final MemberPlacement placement;
  private final List<String> notes;
  private final UnaryOperator<String> keys;

  /**
   * Lays out the target of a plan.
   *
   * @param made what is no tensor
   * @param core what has to read it
   */
  GridTarget(
      PluggedModelFormat format,
      ExecutablePlan plan,
      Contents made,
      ItemFiles items,
      CoreVersion core,
      Guard guard) {
    this.format = format;
    this.plan = plan;
    this.folder = made.folder();
    this.notes = List.copyOf(made.notes());
    this.items = items;
    this.guard = guard;
    Form form = core.since(NEWER_NAMES) ? Form.TORCH_2_3 : Form.TORCH_2_1;
    this.keys = key -> format.plugin().asking("asked for a key", () -> made.keys().apply(key));
    documents.put(
        folder + DcpMetadata.FILE,
        new Document(items.metadataSize(form, keys), () -> items.metadata(form, keys)));
    new TreeMap<>(made.pickles())
        .forEach((path, value) -> document(path, TorchTree.file(stem(path), value, path)));
    made.files().forEach(this::document);
    items.sizes().forEach((name, size) -> place(folder + name, size));
    documents.forEach((path, document) -> place(path, document.size()));
    placement = MemberPlacement.folder(sizes);
  }

  private void document(String path, byte[] bytes) {
    if (documents.put(path, new Document(bytes.length, () -> bytes)) != null) {
      throw format.plugin().broken("gives two files the name '" + path + "'");
    }
  }

  private void place(String path, long size) {
    if (sizes.put(path, size) != null) {
      throw format.plugin().broken("gives a document the name of '" + path + "'");
    }
  }

  /** torch names a zip's root folder after the file. */
  private static String stem(String path) {
    String file = path.substring(path.lastIndexOf('/') + 1);
    return file.contains(".") ? file.substring(0, file.lastIndexOf('.')) : file;
  }

  /** The paths of all files. */
  Set<String> names() {
    return sizes.keySet();
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public List<OutputFile> files() {
    return placement.files();
  }

  @Override
  public Place place(TargetTensor chunk) {
    return placement.within(folder + items.item(chunk).file(), items.dataOffset(chunk));
  }

  @Override
  public List<Piece> structure(Map<TargetTensor, Long> crcs) {
    var pieces = new ArrayList<Piece>();
    items
        .structure(crcs)
        .forEach(
            (file, held) ->
                held.forEach(
                    piece ->
                        pieces.add(
                            new Piece(
                                placement.within(folder + file, piece.offset()), piece.bytes()))));
    documents.forEach(
        (path, document) ->
            pieces.add(new Piece(placement.within(path, 0), document.bytes().get())));
    return pieces;
  }

  @Override
  public long verifiedBytes() {
    return plan.tensorBytes()
        + items.objects().keySet().stream().mapToLong(object -> object.bytes().length).sum()
        + documents.values().stream().mapToLong(Document::size).sum();
  }

  /** The format reads what was written; what it has no tensors of is compared as bytes. */
  @Override
  public void verify(Path staged, Written written, Progress progress, Workers workers) {
    var verifier = new TargetVerifier(staged.getFileName().toString(), progress, workers);
    try (var read = format.reopen(staged, guard.anew());
        var opened = new OpenedFiles(staged)) {
      verifier.requireArrays(read.sourceFiles(), plan, keys, written);
      items
          .objects()
          .forEach(
              (object, item) -> {
                ByteSource file = opened.open(folder + item.file());
                var bytes = file.slice(item.offset(), item.length(), object.key());
                verifier.requireMember(object.key(), bytes, object.bytes());
              });
      documents.forEach(
          (path, document) ->
              verifier.requireMember(path, opened.open(path), document.bytes().get()));
      verifier.readAll();
    }
  }
}

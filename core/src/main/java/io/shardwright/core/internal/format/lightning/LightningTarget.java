package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.MemberPlacement;
import io.shardwright.core.internal.format.nemo.ArrayFiles;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.internal.verify.TargetVerifier;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** Lays out a training checkpoint for another grid. */
public final class LightningTarget implements CheckpointTarget {
  private record Laid(
      TorchLayout layout, Map<TargetTensor, String> keys, Map<String, byte[]> carried) {}

  private final LightningCheckpoint source;
  private final ExecutablePlan plan;
  private final boolean optimizer;
  private final Map<String, Laid> files = new LinkedHashMap<>();
  private final Map<TargetTensor, String> members = new LinkedHashMap<>();
  private final Map<String, byte[]> small = new TreeMap<>();
  private final MemberPlacement placement;

  /**
   * Lays out the target of a plan.
   *
   * @param optimizer whether the optimizer's state is kept
   */
  public LightningTarget(LightningCheckpoint source, ExecutablePlan plan, boolean optimizer) {
    this.source = source;
    this.plan = plan;
    this.optimizer = optimizer;
    var sizes = new LinkedHashMap<String, Long>();
    if (plan.arrays().isEmpty()) {
      layOutFiles(sizes);
    } else {
      layOutArrays(sizes);
    }
    placement = MemberPlacement.folder(sizes);
  }

  /** A rank's file in a grid. */
  public static String member(String name, String folder) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  private String root() {
    String name = source.stepName();
    return name.endsWith(".ckpt") ? name.substring(0, name.length() - 5) : "archive";
  }

  /** Each rank file has loops, generators and an optimizer of its own, which no arrays have. */
  private void refuseArrays() {
    if (plan.source().files().distributed()) {
      String problem =
          "the training's state is in a distributed checkpoint, which can't become rank files."
              + " Choose "
              + Setting.LAYOUT.inText("distributed")
              + ", or convert the model with "
              + Setting.FORMAT.inText("nemo")
              + ".";
      throw new PlanRejectedException(
          ErrorCode.PLAN_IMPOSSIBLE, plan.source().source(), List.of(problem));
    }
  }

  private void layOutFiles(Map<String, Long> sizes) {
    refuseArrays();
    Optional<TargetOptimizer> optimizers =
        optimizer ? Optional.of(new TargetOptimizer(source, plan)) : Optional.empty();
    for (TargetFile file : plan.files()) {
      RankCoordinate template = template(file.rank());
      var pickle = new TrainingPickle(source.files().get(template), plan.changes());
      pickle.weights(file);
      PickleValue state = optimizers.map(o -> o.of(file, template, pickle)).orElse(Constant.NONE);
      TorchLayout layout = pickle.layOut(root(), file, state);
      var laid = new Laid(layout, pickle.keys(), pickle.carried().bytes());
      files.put(file.member(), laid);
      pickle.keys().keySet().forEach(tensor -> members.put(tensor, file.member()));
      sizes.put(file.member(), layout.size());
    }
  }

  /** The source rank whose place in the grid is nearest. */
  private RankCoordinate template(RankCoordinate rank) {
    var to = plan.choice().grid();
    return new RankCoordinate(
        (int) ((long) rank.tensor() * source.grid().tensor() / to.tensor()),
        (int) ((long) rank.pipeline() * source.grid().pipeline() / to.pipeline()));
  }

  private void layOutArrays(Map<String, Long> sizes) {
    var first = source.files().values().iterator().next();
    var pickle = new TrainingPickle(first, plan.changes());
    TorchLayout layout = pickle.layOut("common", optimizer);
    byte[] common = new byte[Math.toIntExact(layout.size())];
    var laid = new Laid(layout, Map.of(), pickle.carried().bytes());
    pieces(laid, Map.of())
        .forEach(
            (offset, bytes) ->
                System.arraycopy(bytes, 0, common, Math.toIntExact(offset), bytes.length));
    String folder = source.stepName() + "/";
    small.putAll(ArrayFiles.of(plan, folder, common));
    small.forEach((member, bytes) -> sizes.put(member, (long) bytes.length));
    plan.arrays().stream()
        .flatMap(array -> array.chunks().values().stream())
        .forEach(
            chunk -> {
              members.put(chunk, chunk.member());
              sizes.put(chunk.member(), chunk.spec().byteSize());
            });
    for (ArrayFiles.TensorFile file : ArrayFiles.tensors(plan)) {
      var keys = Map.of(file.tensor(), file.key());
      files.put(file.member(), new Laid(file.layout(), keys, Map.of()));
      members.put(file.tensor(), file.member());
      sizes.put(file.member(), file.layout().size());
    }
  }

  /** Everything in a torch file but the tensors that the plan writes. */
  private static Map<Long, byte[]> pieces(Laid laid, Map<String, Long> crcs) {
    var all = new LinkedHashMap<>(crcs);
    var pieces = new LinkedHashMap<Long, byte[]>();
    laid.carried()
        .forEach(
            (key, bytes) -> {
              var crc = new CRC32();
              crc.update(bytes);
              all.put(key, crc.getValue());
              if (bytes.length > 0) {
                pieces.put(laid.layout().dataOffset(key), bytes);
              }
            });
    laid.layout().structure(all).forEach(chunk -> pieces.put(chunk.offset(), chunk.bytes()));
    return pieces;
  }

  @Override
  public List<OutputFile> files() {
    return placement.files();
  }

  @Override
  public Place place(TargetTensor tensor) {
    String member = members.get(tensor);
    Laid laid = files.get(member);
    return placement.within(
        member, laid == null ? 0 : laid.layout().dataOffset(laid.keys().get(tensor)));
  }

  @Override
  public List<Piece> structure(Map<TargetTensor, Long> crcs) {
    var pieces = new ArrayList<Piece>();
    small.forEach((member, bytes) -> pieces.add(new Piece(placement.within(member, 0), bytes)));
    files.forEach(
        (member, laid) -> {
          Map<String, Long> byKey = new LinkedHashMap<>();
          laid.keys().forEach((tensor, key) -> byKey.put(key, crcs.get(tensor)));
          pieces(laid, byKey)
              .forEach(
                  (offset, bytes) ->
                      pieces.add(new Piece(placement.within(member, offset), bytes)));
        });
    return pieces;
  }

  @Override
  public long verifiedBytes() {
    return plan.tensorBytes();
  }

  @Override
  public void verify(Path staged, Written written, Progress progress, Workers workers) {
    var verifier = new TargetVerifier(staged.getFileName().toString(), progress, workers);
    var options =
        new LightningOptions(
            Optional.of(source.stepName()), OptionalLong.empty(), Optional.empty(), optimizer);
    try (var target =
        LightningCheckpoint.open(staged, options, source.registry(), source.guard().anew())) {
      verifier.requireEqual(target.sourceFiles(), plan, written);
      verifier.readAll();
      target.requireIntact();
    }
  }
}

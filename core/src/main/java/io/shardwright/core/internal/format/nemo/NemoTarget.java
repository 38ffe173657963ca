package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.MemberPlacement;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.internal.verify.TargetVerifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Lays out a NeMo checkpoint: configuration, artifacts and one torch file per rank. */
public final class NemoTarget implements CheckpointTarget {
  private final ExecutablePlan plan;
  private final Guard guard;
  private final byte[] config;
  private final Map<String, ByteSource> artifacts = new LinkedHashMap<>();
  private final TorchMembers members = new TorchMembers();
  private final MemberPlacement placement;

  /**
   * Lays out the target of a plan.
   *
   * @param attachments what is neither configuration nor weights
   * @param archive whether it is to be one tar file rather than a folder
   */
  public NemoTarget(
      ModelSource source, List<Attachment> attachments, ExecutablePlan plan, boolean archive) {
    this.plan = plan;
    this.guard = source.guard();
    config = plan.changed(source.config()).write();
    var sizes = new LinkedHashMap<String, Long>();
    sizes.put(NemoMembers.CONFIG, (long) config.length);
    for (Attachment attachment : attachments) {
      artifacts.put(attachment.name(), attachment.bytes());
      sizes.put(attachment.name(), attachment.bytes().size());
    }
    for (TargetFile file : plan.files()) {
      layOut(file, NemoMembers.zipRoot(file.rank(), plan.choice().grid()));
    }
    if (!plan.arrays().isEmpty()) {
      byte[] common = ExtraState.file("common", new Dict());
      members.addArrays(plan, NemoMembers.DISTRIBUTED, common);
    }
    sizes.putAll(members.sizes());
    placement = archive ? MemberPlacement.archive(sizes) : MemberPlacement.folder(sizes);
  }

  private void layOut(TargetFile file, String root) {
    var pickle = new StateDictPickle();
    var keys = new LinkedHashMap<TargetTensor, String>();
    for (String name : file.names()) {
      if (file.tensors().containsKey(name)) {
        TargetTensor tensor = file.tensors().get(name);
        keys.put(tensor, pickle.add(tensor.spec()));
      } else {
        pickle.add(name, file.objects().get(name));
      }
    }
    byte[] bytes = PickleWriter.write(pickle.build(file.metadata()));
    var layout = TorchLayout.of(root, bytes, pickle.storages());
    members.add(file.member(), layout, keys, Map.of());
  }

  @Override
  public long verifiedBytes() {
    long bytes = Math.addExact(plan.tensorBytes(), config.length);
    for (ByteSource artifact : artifacts.values()) {
      bytes = Math.addExact(bytes, artifact.size());
    }
    for (byte[] file : members.small().values()) {
      bytes = Math.addExact(bytes, file.length);
    }
    return bytes;
  }

  @Override
  public List<OutputFile> files() {
    return placement.files();
  }

  @Override
  public Place place(TargetTensor tensor) {
    return members.place(placement, tensor);
  }

  @Override
  public List<CarriedMember> carried() {
    var carried = new ArrayList<CarriedMember>();
    artifacts.forEach(
        (name, bytes) -> carried.add(new CarriedMember(name, bytes, placement.within(name, 0))));
    return carried;
  }

  @Override
  public List<Piece> structure(Map<TargetTensor, Long> crcs) {
    var pieces = new ArrayList<>(placement.structure());
    pieces.add(new Piece(placement.within(NemoMembers.CONFIG, 0), config));
    pieces.addAll(members.structure(placement, crcs));
    return pieces;
  }

  @Override
  public void verify(Path staged, Written written, Progress progress, Workers workers) {
    var verifier = new TargetVerifier(staged.getFileName().toString(), progress, workers);
    try (var target = NemoCheckpoint.open(staged, staged.getParent(), guard.anew())) {
      verifier.requireEqual(target.sourceFiles(), plan, written);
      Function<String, ByteSource> found = member -> target.open(member).orElseThrow();
      verifier.requireMember(NemoMembers.CONFIG, found.apply(NemoMembers.CONFIG), config);
      members
          .small()
          .forEach((name, bytes) -> verifier.requireMember(name, found.apply(name), bytes));
      verifier.requireCarried(written, found);
      verifier.readAll();
    }
  }
}

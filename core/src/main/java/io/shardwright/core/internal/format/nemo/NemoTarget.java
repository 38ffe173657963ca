package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ContentHash;
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
import io.shardwright.core.internal.plan.TargetArray;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.internal.verify.TargetVerifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Lays out a NeMo checkpoint: configuration, artifacts and one torch file per rank. */
public final class NemoTarget implements CheckpointTarget {
  private final ExecutablePlan plan;
  private final Guard guard;
  private final byte[] config;
  private final Map<String, ByteSource> artifacts = new LinkedHashMap<>();
  private final Map<String, TorchLayout> weights = new LinkedHashMap<>();
  private final Map<TargetTensor, String> keys = new LinkedHashMap<>();
  private final Map<String, byte[]> small = new TreeMap<>();
  private final Set<TargetTensor> chunks = new LinkedHashSet<>();
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
      TorchLayout layout = layOut(file, NemoMembers.zipRoot(file.rank(), plan.choice().grid()));
      weights.put(file.member(), layout);
      sizes.put(file.member(), layout.size());
    }
    if (!plan.arrays().isEmpty()) {
      layOutArrays(plan, sizes);
    }
    placement = archive ? MemberPlacement.archive(sizes) : MemberPlacement.folder(sizes);
  }

  private void layOutArrays(ExecutablePlan plan, Map<String, Long> sizes) {
    byte[] common = ExtraState.file("common", new Dict());
    small.putAll(ArrayFiles.of(plan, NemoMembers.DISTRIBUTED, common));
    var members = new TreeMap<String, Long>();
    small.forEach((member, bytes) -> members.put(member, (long) bytes.length));
    for (ArrayFiles.TensorFile file : ArrayFiles.tensors(plan)) {
      weights.put(file.member(), file.layout());
      keys.put(file.tensor(), file.key());
      members.put(file.member(), file.layout().size());
    }
    for (TargetArray array : plan.arrays()) {
      for (TargetTensor chunk : array.chunks().values()) {
        chunks.add(chunk);
        members.put(chunk.member(), chunk.spec().byteSize());
      }
    }
    sizes.putAll(members);
  }

  private TorchLayout layOut(TargetFile file, String root) {
    var pickle = new StateDictPickle();
    for (String name : file.names()) {
      if (file.tensors().containsKey(name)) {
        TargetTensor tensor = file.tensors().get(name);
        keys.put(tensor, pickle.add(tensor.spec()));
      } else {
        pickle.add(name, file.objects().get(name));
      }
    }
    byte[] bytes = PickleWriter.write(pickle.build(file.metadata()));
    return TorchLayout.of(root, bytes, pickle.storages());
  }

  @Override
  public long verifiedBytes() {
    long bytes = config.length;
    for (ByteSource artifact : artifacts.values()) {
      bytes = Math.addExact(bytes, artifact.size());
    }
    for (TargetTensor tensor : keys.keySet()) {
      bytes = Math.addExact(bytes, tensor.spec().byteSize());
    }
    for (TargetTensor chunk : chunks) {
      bytes = Math.addExact(bytes, chunk.spec().byteSize());
    }
    for (byte[] file : small.values()) {
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
    if (chunks.contains(tensor)) {
      return placement.within(tensor.member(), 0);
    }
    return placement.within(
        tensor.member(), weights.get(tensor.member()).dataOffset(keys.get(tensor)));
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
    small.forEach((member, bytes) -> pieces.add(new Piece(placement.within(member, 0), bytes)));
    var byMember = new LinkedHashMap<String, Map<String, Long>>();
    keys.forEach(
        (tensor, key) ->
            byMember
                .computeIfAbsent(tensor.member(), member -> new LinkedHashMap<>())
                .put(key, crcs.get(tensor)));
    weights.forEach(
        (member, layout) ->
            layout
                .structure(byMember.getOrDefault(member, Map.of()))
                .forEach(
                    chunk ->
                        pieces.add(
                            new Piece(placement.within(member, chunk.offset()), chunk.bytes()))));
    return pieces;
  }

  @Override
  public void verify(Path staged, Written written, Progress progress, Workers workers) {
    var verifier = new TargetVerifier(staged.getFileName().toString(), progress, workers);
    try (var target = NemoCheckpoint.open(staged, staged.getParent(), guard.anew())) {
      verifier.requireEqual(target.sourceFiles(), plan, written);
      require(verifier, target, NemoMembers.CONFIG, config);
      small.forEach((member, bytes) -> require(verifier, target, member, bytes));
      written
          .carried()
          .forEach(
              (member, crc) ->
                  verifier.requireMember(
                      member.member(),
                      target.open(member.member()).orElseThrow(),
                      member.bytes().size(),
                      crc));
      verifier.readAll();
    }
  }

  private static void require(
      TargetVerifier verifier, NemoCheckpoint target, String member, byte[] bytes) {
    var found = target.open(member).orElseThrow();
    verifier.requireMember(member, found, bytes.length, ContentHash.crc(bytes));
  }
}

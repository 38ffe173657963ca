package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.execute.TargetLayout;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lays out a NeMo checkpoint: configuration, artifacts and one torch file per rank. */
public final class NemoTarget implements TargetLayout {
  private final byte[] config;
  private final Map<String, ByteSource> artifacts = new LinkedHashMap<>();
  private final Map<String, TorchLayout> weights = new LinkedHashMap<>();
  private final Map<TargetTensor, String> keys = new LinkedHashMap<>();
  private final MemberPlacement placement;

  /**
   * Lays out the target of a plan.
   *
   * @param archive whether it is to be one tar file rather than a folder
   */
  public NemoTarget(NemoCheckpoint source, ExecutablePlan plan, boolean archive) {
    config = config(source, plan).write();
    var sizes = new LinkedHashMap<String, Long>();
    sizes.put(NemoMembers.CONFIG, (long) config.length);
    for (var artifact : source.artifacts()) {
      artifacts.put(artifact.name(), source.members().open(artifact.name()).orElseThrow());
      sizes.put(artifact.name(), artifact.size());
    }
    for (TargetFile file : plan.files()) {
      TorchLayout layout = layOut(file, NemoMembers.zipRoot(file.rank(), plan.size()));
      weights.put(file.member(), layout);
      sizes.put(file.member(), layout.size());
    }
    placement = archive ? MemberPlacement.archive(sizes) : MemberPlacement.folder(sizes);
  }

  private static YamlDocument config(NemoCheckpoint source, ExecutablePlan plan) {
    YamlDocument document = source.document();
    for (var change : plan.changes()) {
      document = document.with(change.key(), change.to());
    }
    return document;
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

  /** The configuration's bytes, for verification. */
  public byte[] config() {
    return config.clone();
  }

  /** Bytes that a verification reads: tensors, artifacts and the configuration. */
  public long verifiedBytes() {
    long bytes = config.length;
    for (ByteSource artifact : artifacts.values()) {
      bytes = Math.addExact(bytes, artifact.size());
    }
    for (TargetTensor tensor : keys.keySet()) {
      bytes = Math.addExact(bytes, tensor.spec().byteSize());
    }
    return bytes;
  }

  @Override
  public List<OutputFile> files() {
    return placement.files();
  }

  @Override
  public Place place(TargetTensor tensor) {
    return placement.within(
        tensor.member(), weights.get(tensor.member()).dataOffset(keys.get(tensor)));
  }

  @Override
  public List<Passage> passages() {
    var passages = new ArrayList<Passage>();
    artifacts.forEach(
        (name, bytes) -> passages.add(new Passage(name, bytes, placement.within(name, 0))));
    return passages;
  }

  @Override
  public List<Piece> structure(Map<TargetTensor, Long> crcs) {
    var pieces = new ArrayList<>(placement.structure());
    pieces.add(new Piece(placement.within(NemoMembers.CONFIG, 0), config));
    weights.forEach(
        (member, layout) -> {
          var byKey = new LinkedHashMap<String, Long>();
          keys.forEach(
              (tensor, key) -> {
                if (tensor.member().equals(member)) {
                  byKey.put(key, crcs.get(tensor));
                }
              });
          layout
              .structure(byKey)
              .forEach(
                  chunk ->
                      pieces.add(
                          new Piece(placement.within(member, chunk.offset()), chunk.bytes())));
        });
    return pieces;
  }
}

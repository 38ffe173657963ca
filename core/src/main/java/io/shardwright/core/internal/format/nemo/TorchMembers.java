package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.codec.zarr.ZarrHeader;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.format.MemberPlacement;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetArray;
import io.shardwright.core.internal.plan.TargetObject;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The members of a target that the engine makes: torch files, chunks of arrays, small files. */
public final class TorchMembers {
  private record Laid(
      TorchLayout layout, Map<TargetTensor, String> keys, Map<String, byte[]> carried) {}

  private final Map<String, Laid> files = new LinkedHashMap<>();
  private final Map<String, byte[]> small = new TreeMap<>();
  private final Map<String, Long> sizes = new LinkedHashMap<>();

  /**
   * Adds a torch file.
   *
   * @param keys the storages of the tensors that the plan writes
   * @param carried the bytes of all other storages, by key
   */
  public void add(
      String member,
      TorchLayout layout,
      Map<TargetTensor, String> keys,
      Map<String, byte[]> carried) {
    files.put(member, new Laid(layout, keys, carried));
    sizes.put(member, layout.size());
  }

  /**
   * Adds the files of a distributed checkpoint.
   *
   * @param common the bytes of {@code common.pt}
   */
  public void addArrays(ExecutablePlan plan, String folder, byte[] common) {
    var members = new TreeMap<String, Long>();
    addSmall(plan, folder, common);
    small.forEach((member, bytes) -> members.put(member, (long) bytes.length));
    plan.objects().stream().flatMap(object -> object.tensor().stream()).forEach(this::add);
    files.forEach((member, laid) -> members.put(member, laid.layout().size()));
    plan.arrays().stream()
        .flatMap(TargetArray::tensors)
        .forEach(chunk -> members.put(chunk.member(), chunk.spec().byteSize()));
    sizes.putAll(members);
  }

  /** The files besides chunks and torch files. */
  private void addSmall(ExecutablePlan plan, String folder, byte[] common) {
    small.put(folder + DistributedArrays.METADATA, JsonDocument.write(metadata(), 0));
    small.put(folder + DistributedArrays.COMMON, common);
    for (TargetArray array : plan.arrays()) {
      var header = new ZarrHeader(array.spec().dtype(), array.spec().shape(), array.chunk());
      small.put(folder + array.spec().name() + "/" + ZarrHeader.FILE, header.write());
    }
    for (TargetObject object : plan.objects()) {
      if (object.tensor().isEmpty()) {
        var value = object.value().orElseGet(ExtraState::none);
        small.put(object.member(), ExtraState.file(stem(object.member()), value));
      }
    }
  }

  /** Megatron-LM core_v0.5.0, {@code megatron/core/dist_checkpointing/core.py}. */
  private static Obj metadata() {
    return Obj.empty()
        .put("sharded_backend", new Str("zarr"))
        .put("sharded_backend_version", Num.of(1))
        .put("common_backend", new Str("torch"))
        .put("common_backend_version", Num.of(1));
  }

  /** torch names a zip's root folder after the file. */
  private static String stem(String member) {
    String file = member.substring(member.lastIndexOf('/') + 1);
    return file.substring(0, file.lastIndexOf('.'));
  }

  private void add(TargetTensor tensor) {
    var pickle = new StateDictPickle();
    var stored = pickle.tensor(tensor.spec());
    byte[] bytes = PickleWriter.write(stored.value());
    var layout = TorchLayout.of(stem(tensor.member()), bytes, pickle.storages());
    files.put(tensor.member(), new Laid(layout, Map.of(tensor, stored.key()), Map.of()));
  }

  /** Those that hold no tensor, by name. */
  Map<String, byte[]> small() {
    return small;
  }

  /** The size of every member. */
  public Map<String, Long> sizes() {
    return sizes;
  }

  /** Where a tensor is to be written. */
  public Place place(MemberPlacement placement, TargetTensor tensor) {
    Laid laid = files.get(tensor.member());
    long offset = laid == null ? 0 : laid.layout().dataOffset(laid.keys().get(tensor));
    return placement.within(tensor.member(), offset);
  }

  /** Everything but the tensors that the plan writes, whose checksums are given. */
  public List<Piece> structure(MemberPlacement placement, Map<TargetTensor, Long> crcs) {
    var pieces = new ArrayList<Piece>();
    small.forEach((member, bytes) -> pieces.add(new Piece(placement.within(member, 0), bytes)));
    files.forEach(
        (member, laid) -> {
          Map<String, Long> byKey = new LinkedHashMap<>();
          laid.keys().forEach((tensor, key) -> byKey.put(key, crcs.get(tensor)));
          for (var piece : laid.layout().whole(laid.carried(), byKey)) {
            pieces.add(new Piece(placement.within(member, piece.offset()), piece.bytes()));
          }
        });
    return pieces;
  }
}

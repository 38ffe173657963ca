package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.dcp.StackPlace;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.zarr.ZarrHeader;
import io.shardwright.core.internal.describe.ModuleState.Content;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.ModuleState.Value;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceFiles.ArrayObject;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StoredArray;
import io.shardwright.core.internal.describe.StoredArray.Chunk;
import io.shardwright.core.internal.format.StoredTensors;
import io.shardwright.core.internal.format.nemo.Members.Member;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The weights of a distributed checkpoint: a folder {@code model_weights/} of zarr arrays. */
public final class DistributedArrays {
  /** What tells the format. */
  static final String METADATA = "metadata.json";

  /** What there is besides arrays. */
  static final String COMMON = "common.pt";

  private static final Pattern OBJECT =
      Pattern.compile("(.+)/shard_([0-9]{1,6}(?:\\.[0-9]{1,6})*)_[0-9.]+\\.pt");

  private static final String PT = ".pt";
  private static final int CHUNK = 400;

  private final String source;
  private final Guard guard;
  private final Members members;
  private final String folder;
  private final boolean present;
  private final Map<String, TorchFile> torchFiles = new LinkedHashMap<>();

  /**
   * The arrays of a folder.
   *
   * @param folder within the members, with a slash; empty for all of them
   */
  public DistributedArrays(String source, Members members, String folder, Guard guard) {
    this.source = source;
    this.guard = guard;
    this.members = members;
    this.folder = folder;
    this.present = members.list().stream().anyMatch(m -> m.name().startsWith(folder));
  }

  /** Whether there are any. */
  public boolean present() {
    return present;
  }

  /** What the arrays are. */
  public SourceFiles sourceFiles() {
    requireZarr();
    var arrays = names("/" + ZarrHeader.FILE).map(this::array).toList();
    guard.require(Limit.TENSORS, arrays.size(), source);
    if (arrays.isEmpty()) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MISSING,
          source,
          "has a folder " + folder + " without arrays: it is incomplete");
    }
    return new SourceFiles(List.of(), List.of(), false, arrays, objects());
  }

  private Stream<String> names(String ending) {
    return members.list().stream()
        .map(Member::name)
        .filter(name -> name.startsWith(folder) && name.endsWith(ending))
        .sorted();
  }

  private void requireZarr() {
    ByteSource metadata =
        members
            .open(folder + METADATA)
            .orElseThrow(
                () ->
                    new MalformedCheckpointException(
                        ErrorCode.ZARR_MALFORMED,
                        source,
                        "lacks " + folder + METADATA + ": the save did not finish"));
    String backend =
        JsonDocument.parsePython(metadata, Limit.CONFIG_BYTES, guard)
            .get("sharded_backend")
            .flatMap(JsonValue::asText)
            .orElse("(none)");
    if (!backend.equals("zarr")) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          source,
          "its weights are a distributed checkpoint of kind '" + backend + "', expected zarr");
    }
  }

  private StoredArray array(String header) {
    String array = header.substring(0, header.length() - ZarrHeader.FILE.length());
    String key = array.substring(folder.length(), array.length() - 1);
    var zarr = ZarrHeader.parse(members.open(header).orElseThrow(), guard);
    if (zarr.chunkCount() > members.list().size()) {
      throw missing(zarr.chunkCount() - members.list().size() + " or more chunks", key, "");
    }
    var chunks = new ArrayList<Chunk>();
    for (long i = 0; i < zarr.chunkCount(); i++) {
      guard.take(CHUNK, source);
      List<Long> index = zarr.index(i);
      chunks.add(chunk(key, array + ZarrHeader.file(index), zarr, index));
    }
    return new StoredArray(new TensorSpec(key, zarr.dtype(), zarr.shape()), chunks);
  }

  private Chunk chunk(String key, String member, ZarrHeader zarr, List<Long> index) {
    var spec = new TensorSpec(key, zarr.dtype(), zarr.chunk());
    ByteSource bytes =
        members
            .open(member)
            .orElseThrow(
                () -> missing(member, key, StackPlace.of(key, zarr.region(index).offset())));
    if (bytes.size() != spec.byteSize()) {
      throw new MalformedCheckpointException(
          ErrorCode.ZARR_MALFORMED,
          bytes.name(),
          "has " + bytes.size() + " bytes, expected " + spec.byteSize() + " for a chunk");
    }
    var strides = zarr.chunk().rowMajorStrides();
    var tensor = new SourceTensor(spec, bytes, 0, strides, false, OptionalLong.empty());
    return new Chunk(member, zarr.region(index), tensor);
  }

  private MalformedCheckpointException missing(String what, String key, String place) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MISSING,
        source,
        "lacks " + what + ", a part of '" + key + "'" + place + ": it is incomplete");
  }

  private List<ArrayObject> objects() {
    var objects = new ArrayList<ArrayObject>();
    torchFiles()
        .forEach(
            (member, file) -> {
              Matcher name = OBJECT.matcher(member.substring(folder.length()));
              if (name.matches()) {
                Content content = content(member, file);
                objects.add(new ArrayObject(name.group(1), indexes(name.group(2)), content));
              }
            });
    return objects;
  }

  private Content content(String member, TorchFile file) {
    PickleValue value = file.document().root();
    if (TorchFile.isTensor(value)) {
      String name = member.substring(folder.length(), member.length() - PT.length());
      return new Stored(member, StoredTensors.of(file, name, value));
    }
    Carriage.requireSelfContained(source, member, value);
    return new Value(value);
  }

  private static List<Integer> indexes(String dotted) {
    return Stream.of(dotted.split("\\.")).map(Integer::parseInt).toList();
  }

  /** Every torch file, opened once. */
  public Map<String, TorchFile> torchFiles() {
    if (torchFiles.isEmpty()) {
      names(PT)
          .forEach(
              name ->
                  torchFiles.put(name, TorchFile.open(members.open(name).orElseThrow(), guard)));
    }
    return torchFiles;
  }
}

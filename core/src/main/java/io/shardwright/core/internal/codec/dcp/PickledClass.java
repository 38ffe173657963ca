package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The classes that a {@code .metadata} may name: what is not among them is refused. */
enum PickledClass {
  /** The root. */
  METADATA,
  /** A tensor: properties, size, chunks. */
  TENSOR,
  /** An object, of which the metadata says nothing. */
  BYTES,
  /** A chunk: offsets and sizes. */
  CHUNK,
  /** A tensor's element type and what torch no longer uses. */
  PROPERTIES,
  /** A key of the storage data: name and offset. */
  INDEX,
  /** A value of the storage data: file, offset, length. */
  PLACE,
  /** The tuple of numbers. */
  SIZE,
  /** Known, and of no meaning for tensors. */
  PASSED;

  private static final String CHECKPOINT = "torch.distributed.checkpoint.";
  private static final String SHARDED = "torch.distributed._shard.sharded_tensor.metadata";
  private static final String MEGATRON = "megatron.core.dist_checkpointing.strategies.torch";
  private static final Pattern ELEMENT_TYPE = Pattern.compile("[a-z]+[0-9][a-z0-9_]*");
  private static final Map<Global, Object> KNOWN = known();

  private static Map<Global, Object> known() {
    var known = new HashMap<Global, Object>();
    String metadata = CHECKPOINT + "metadata";
    put(known, METADATA, metadata, "Metadata");
    put(known, METADATA, MEGATRON, "MCoreMetadata");
    put(known, TENSOR, metadata, "TensorStorageMetadata");
    put(known, BYTES, metadata, "BytesStorageMetadata");
    put(known, CHUNK, metadata, "ChunkStorageMetadata");
    put(known, PROPERTIES, metadata, "TensorProperties");
    put(known, PROPERTIES, SHARDED, "TensorProperties");
    put(known, INDEX, metadata, "MetadataIndex");
    put(known, PLACE, CHECKPOINT + "filesystem", "_StorageInfo");
    put(known, SIZE, "torch", "Size");
    put(known, PASSED, metadata, "StorageMeta", "_MEM_FORMAT_ENCODING");
    put(known, PASSED, SHARDED, "MEM_FORMAT_ENCODING");
    put(known, PASSED, CHECKPOINT + "filesystem", "_StoragePrefix");
    String planner = CHECKPOINT + "planner";
    put(known, PASSED, planner, "SavePlan", "WriteItem", "WriteItemType", "TensorWriteData");
    put(known, PASSED, planner, "BytesIOWriteData");
    put(known, PASSED, MEGATRON, "MCoreSavePlan");
    put(known, PASSED, "torch.serialization", "_get_layout");
    put(known, PASSED, "collections", "OrderedDict");
    for (String paths : List.of("pathlib", "pathlib._local")) {
      put(known, PASSED, paths, "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath");
    }
    for (DType dtype : DType.values()) {
      known.put(new Global("torch", dtype.torchName()), dtype);
    }
    return Map.copyOf(known);
  }

  private static void put(
      Map<Global, Object> known, PickledClass meaning, String module, String... names) {
    Arrays.stream(names).forEach(name -> known.put(new Global(module, name), meaning));
  }

  /**
   * What a name stands for: one of these, or a {@link DType}.
   *
   * @throws UnsafeCheckpointException if it is not on the list
   * @throws UnsupportedCheckpointException if it is an element type that is not read here
   */
  static Object of(Global name, String where) {
    Object known = KNOWN.get(name);
    if (known != null) {
      return known;
    }
    if (name.module().equals("torch") && ELEMENT_TYPE.matcher(name.name()).matches()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED, where, "a tensor with elements of type " + name);
    }
    throw new UnsafeCheckpointException(
        ErrorCode.PICKLE_FORBIDDEN,
        where,
        "names '"
            + name
            + "', which no distributed checkpoint's metadata needs: it "
            + PickleNames.effect(name));
  }
}

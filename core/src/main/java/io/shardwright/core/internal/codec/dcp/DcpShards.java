package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Chunk;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Tensor;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The safetensors files of a save without {@code .metadata}: each says in its own header where its
 * chunks lie in their tensors (PyTorch 2.15, {@code torch/distributed/checkpoint/hf_storage.py}).
 * How large a tensor is follows from its last chunks.
 */
public final class DcpShards {
  private static final String SHARDING = "DCP_SHARDING_INFO";

  private final Guard guard;
  private final Map<String, List<Chunk>> chunks = new LinkedHashMap<>();
  private final Map<String, TensorSpec> specs = new LinkedHashMap<>();

  private DcpShards(Guard guard) {
    this.guard = guard;
  }

  /**
   * What a {@code .metadata} of such files would say.
   *
   * @param files by name
   * @throws MalformedCheckpointException if a file does not say where its chunks lie, or chunks are
   *     of two types
   */
  public static DcpMetadata metadata(
      Map<String, ? extends ByteSource> files, String where, Guard guard) {
    var shards = new DcpShards(guard);
    files.forEach(shards::add);
    var tensors = new ArrayList<Tensor>();
    shards.specs.forEach((name, spec) -> tensors.add(shards.tensor(name, spec)));
    byte[] written = DcpMetadataWriter.write(tensors, Map.of(), Form.TORCH_2_3);
    return DcpMetadata.read(new MemorySource(written, where), guard);
  }

  private void add(String file, ByteSource source) {
    SafetensorsFile opened = SafetensorsFile.open(source, guard);
    String said = opened.metadata().getOrDefault(SHARDING, "{}");
    var text = new MemorySource(said.getBytes(StandardCharsets.UTF_8), source.name());
    Obj sharding = JsonDocument.parse(text, Limit.JSON_BYTES, guard);
    opened
        .tensors()
        .forEach(
            (name, stored) -> {
              TensorSpec spec = stored.spec();
              var region = new Region(offsets(sharding, spec, source.name()), spec.shape());
              var item = new DcpItem(file, 0, spec.byteSize());
              chunks.computeIfAbsent(name, own -> new ArrayList<>()).add(new Chunk(region, item));
              requireAlike(specs.putIfAbsent(name, spec), spec, source.name());
            });
  }

  private static List<Long> offsets(Obj sharding, TensorSpec spec, String where) {
    var said =
        sharding.get(spec.name()).orElse(Null.NULL) instanceof Obj tensor
                && tensor.get("saved_offsets").orElse(Null.NULL) instanceof Arr list
            ? list.items()
            : null;
    if (said == null
        || said.size() != spec.shape().rank()
        || said.stream().anyMatch(one -> one.asLong().orElse(-1) < 0)) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED,
          where,
          "does not say in "
              + SHARDING
              + " where '"
              + spec.name()
              + "' of "
              + spec.shape()
              + " belongs in its tensor: save or fetch the folder again");
    }
    return said.stream().map(one -> one.asLong().getAsLong()).toList();
  }

  private static void requireAlike(TensorSpec first, TensorSpec other, String where) {
    if (first != null
        && (first.dtype() != other.dtype() || first.shape().rank() != other.shape().rank())) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED,
          where,
          "has '"
              + other.name()
              + "' as "
              + other.dtype().torchName()
              + " "
              + other.shape()
              + ", and another file has it as "
              + first.dtype().torchName()
              + " "
              + first.shape());
    }
  }

  private Tensor tensor(String name, TensorSpec spec) {
    List<Chunk> held = chunks.get(name);
    List<Long> dims =
        IntStream.range(0, spec.shape().rank())
            .mapToObj(
                axis -> held.stream().mapToLong(chunk -> end(chunk.region(), axis)).max().orElse(0))
            .toList();
    return new Tensor(new TensorSpec(name, spec.dtype(), new Shape(dims)), held);
  }

  private static long end(Region region, int axis) {
    return Math.addExact(region.offset().get(axis), region.shape().dim(axis));
  }
}

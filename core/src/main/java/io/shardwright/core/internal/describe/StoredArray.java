package io.shardwright.core.internal.describe;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * An array of a distributed checkpoint: all layers of one parameter, in chunks.
 *
 * @param spec its key, element type and whole shape
 * @param chunks that cover it; one at an edge may be larger than what it holds of the array
 * @param beside whether it is no part of the model, and only lies beside it
 */
public record StoredArray(TensorSpec spec, List<Chunk> chunks, boolean beside)
    implements ContainedTensor {
  /** A part of the model. */
  public StoredArray(TensorSpec spec, List<Chunk> chunks) {
    this(spec, chunks, false);
  }

  /** In the name of a module that is stored as halves. */
  private static final String GATED = ".linear_fc1.";

  /** What all arrays are listed under. */
  public static final String FOLDER = "model_weights/";

  /** A part of the array. */
  public record Chunk(String member, Region region, SourceTensor tensor) {
    private Chunk moved(int axis, long by) {
      var offset = new ArrayList<>(region.offset());
      offset.set(axis, offset.get(axis) + by);
      return new Chunk(member, new Region(offset, region.shape()), tensor);
    }
  }

  /** The same under another name. */
  public StoredArray as(String name) {
    return new StoredArray(new TensorSpec(name, spec.dtype(), spec.shape()), chunks, beside);
  }

  /** The same as no part of the model. */
  public StoredArray besideModel() {
    return new StoredArray(spec, chunks, true);
  }

  /** The tensor itself where it lies in one chunk. */
  public Optional<SourceTensor> whole() {
    return chunks.size() == 1
        ? Optional.of(chunks.get(0).tensor().as(spec.name()))
        : Optional.empty();
  }

  /** The file that holds it, or what says which files do. */
  public String place() {
    var members = chunks.stream().map(Chunk::member).distinct().toList();
    return members.stream().anyMatch(member -> member.startsWith(FOLDER))
        ? FOLDER
        : members.size() == 1 ? members.get(0) : ".metadata";
  }

  /** Arrays with halves that are stored as two put together. */
  static List<StoredArray> joined(List<StoredArray> arrays) {
    var byKey = new LinkedHashMap<String, StoredArray>();
    arrays.forEach(array -> byKey.put(array.spec().name(), array));
    var joined = new ArrayList<StoredArray>();
    for (StoredArray array : arrays) {
      String key = array.spec().name();
      String whole = DistributedKey.whole(key).orElse("");
      StoredArray first = byKey.get(whole + "_w");
      StoredArray second = byKey.get(whole + "_v");
      if (first == null || second == null) {
        requireNoHalf(key, whole + (first == null ? "_w" : "_v"));
        joined.add(array);
      } else if (array == first) {
        joined.add(first.followed(second, whole));
      }
    }
    return joined;
  }

  /** Of any other module such a name may be a whole tensor's. */
  private static void requireNoHalf(String key, String other) {
    if (other.contains(GATED)) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MISSING,
          key,
          "is one of two halves, and '" + other + "' is not there: the file is incomplete");
    }
  }

  /**
   * Both along the axis of the output features: the last of a bias, the last but one of a weight.
   */
  private StoredArray followed(StoredArray second, String key) {
    var own = spec.shape();
    var other = second.spec.shape();
    int axis = own.rank() - (key.endsWith("bias") ? 1 : 2);
    if (axis < 0 || spec.dtype() != second.spec.dtype() || !own.equals(other)) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED,
          key,
          "is stored as halves of "
              + spec.dtype().torchName()
              + " "
              + own
              + " and "
              + second.spec.dtype().torchName()
              + " "
              + other
              + ", expected two alike");
    }
    var all = new ArrayList<>(chunks);
    second.chunks.forEach(chunk -> all.add(chunk.moved(axis, own.dim(axis))));
    var whole = own.with(axis, Math.multiplyExact(2, own.dim(axis)));
    return new StoredArray(new TensorSpec(key, spec.dtype(), whole), all);
  }

  /** Views that cover the array. */
  public List<SourcePart> parts() {
    return chunks.stream()
        .map(
            chunk -> {
              var view = new View(chunk.region(), chunk.tensor().start(), chunk.tensor().strides());
              return new SourcePart(chunk.member(), chunk.tensor(), view);
            })
        .toList();
  }
}

package io.shardwright.core.internal.codec.zarr;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.guard.TensorBounds;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The content of an array's {@code .zarray}.
 *
 * @param chunk the shape of every chunk; same rank as {@code shape}
 */
public record ZarrHeader(DType dtype, Shape shape, Shape chunk) {
  /** The file's name in the array's folder. */
  public static final String FILE = ".zarray";

  private static final Map<String, DType> DTYPES =
      Map.ofEntries(
          Map.entry("<f8", DType.FLOAT64),
          Map.entry("<f4", DType.FLOAT32),
          Map.entry("<f2", DType.FLOAT16),
          Map.entry("bfloat16", DType.BFLOAT16),
          Map.entry("<i8", DType.INT64),
          Map.entry("<i4", DType.INT32),
          Map.entry("<i2", DType.INT16),
          Map.entry("|i1", DType.INT8),
          Map.entry("|u1", DType.UINT8),
          Map.entry("|b1", DType.BOOL),
          Map.entry("<c8", DType.COMPLEX64),
          Map.entry("<c16", DType.COMPLEX128),
          Map.entry("<u2", DType.UINT16),
          Map.entry("<u4", DType.UINT32),
          Map.entry("<u8", DType.UINT64));

  /**
   * Parses a header.
   *
   * @throws MalformedCheckpointException if a field is missing or wrong
   * @throws UnsupportedCheckpointException if the array is compressed or filtered
   */
  public static ZarrHeader parse(ByteSource source, Guard guard) {
    Obj header = JsonDocument.parsePython(source, Limit.CONFIG_BYTES, guard);
    String where = source.name();
    require(header, "zarr_format", new Num("2"), where);
    require(header, "order", new Str("C"), where);
    require(header, "compressor", Null.NULL, where);
    require(header, "filters", Null.NULL, where);
    if (header.get("dimension_separator").isPresent()) {
      require(header, "dimension_separator", new Str("."), where);
    }
    DType dtype = dtype(header, where);
    Shape shape = shape(header, "shape", dtype, guard, where);
    Shape chunk = shape(header, "chunks", dtype, guard, where);
    boolean fits =
        chunk.rank() == shape.rank() && chunk.dims().stream().allMatch(extent -> extent > 0);
    if (!fits) {
      throw malformed(where, "chunks " + chunk + " do not fit shape " + shape);
    }
    return new ZarrHeader(dtype, shape, chunk);
  }

  private static void require(Obj header, String key, JsonValue expected, String where) {
    JsonValue found = header.get(key).orElse(Null.NULL);
    if (!found.equals(expected)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          where,
          key + " is " + found + ", expected " + expected + ", as Megatron-Core writes it");
    }
  }

  private static Shape shape(Obj header, String key, DType dtype, Guard guard, String where) {
    List<Long> dims =
        header
            .get(key)
            .filter(Arr.class::isInstance)
            .flatMap(value -> ((Arr) value).longs())
            .orElseThrow(() -> malformed(where, "'" + key + "' is not a list of numbers"));
    return TensorBounds.require(key, dtype, dims, guard, where).shape();
  }

  private static DType dtype(Obj header, String where) {
    String name = header.get("dtype").flatMap(JsonValue::asText).orElse("(none)");
    DType dtype = DTYPES.get(name);
    if (dtype == null) {
      throw malformed(
          where,
          "dtype is '"
              + name
              + "', expected one of "
              + DTYPES.keySet().stream().sorted().collect(Collectors.joining(", ")));
    }
    return dtype;
  }

  private static MalformedCheckpointException malformed(String where, String problem) {
    return new MalformedCheckpointException(ErrorCode.ZARR_MALFORMED, where, problem);
  }

  private long count(int axis) {
    return shape.dim(axis) == 0 ? 0 : (shape.dim(axis) - 1) / chunk.dim(axis) + 1;
  }

  /** The number of chunks; {@code Long.MAX_VALUE} where it is more than that. */
  public long chunkCount() {
    long count = shape.elements() == 0 ? 0 : 1;
    for (int axis = 0; axis < shape.rank(); axis++) {
      long high = Math.multiplyHigh(count, count(axis));
      count = high == 0 && count * count(axis) >= 0 ? count * count(axis) : Long.MAX_VALUE;
    }
    return count;
  }

  /** The index of a chunk, counted row-major. */
  public List<Long> index(long ordinal) {
    var index = new Long[shape.rank()];
    long rest = ordinal;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      index[axis] = rest % count(axis);
      rest /= count(axis);
    }
    return List.of(index);
  }

  /** What a chunk holds of the array. */
  public Region region(List<Long> index) {
    var offset = new ArrayList<Long>();
    var extents = new ArrayList<Long>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      offset.add(index.get(axis) * chunk.dim(axis));
      extents.add(Math.min(chunk.dim(axis), shape.dim(axis) - offset.get(axis)));
    }
    return new Region(offset, new Shape(extents));
  }

  /** A chunk's file in the array's folder. */
  public static String file(List<Long> index) {
    return index.isEmpty()
        ? "0"
        : index.stream().map(String::valueOf).collect(Collectors.joining("."));
  }

  /** The header as zarr 2.16 writes it. */
  public byte[] write() {
    Obj header =
        Obj.empty()
            .put("chunks", Arr.of(chunk.dims()))
            .put("compressor", Null.NULL)
            .put("dtype", new Str(dtypeName()))
            .put("fill_value", Null.NULL)
            .put("filters", Null.NULL)
            .put("order", new Str("C"))
            .put("shape", Arr.of(shape.dims()))
            .put("zarr_format", Num.of(2));
    return JsonDocument.write(header, 4);
  }

  /** Whether the format has a word for an element type. */
  public static boolean holds(DType dtype) {
    return DTYPES.containsValue(dtype);
  }

  private String dtypeName() {
    return DTYPES.entrySet().stream()
        .filter(entry -> entry.getValue() == dtype)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedCheckpointException(
                    ErrorCode.UNSUPPORTED,
                    "zarr",
                    "can't express "
                        + dtype.torchName()
                        + ": "
                        + Setting.LAYOUT.inText("ranks")
                        + " writes rank files"));
  }
}

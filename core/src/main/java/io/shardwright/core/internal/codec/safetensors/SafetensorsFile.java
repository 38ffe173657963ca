package io.shardwright.core.internal.codec.safetensors;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.json.JsonValue;
import io.shardwright.core.internal.codec.json.JsonValue.Arr;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A safetensors file whose header was read. */
public final class SafetensorsFile {
  /** A tensor and its bytes. */
  public record Stored(TensorSpec spec, ByteSource bytes) {}

  private static final long MAX_HEADER = 100_000_000;
  private static final String METADATA = "__metadata__";

  private final Map<String, Stored> tensors = new LinkedHashMap<>();

  private SafetensorsFile() {}

  /**
   * Opens a file.
   *
   * @throws MalformedCheckpointException if it breaks the grammar
   */
  public static SafetensorsFile open(ByteSource file) {
    var opened = new SafetensorsFile();
    long length = headerLength(file);
    Obj header = JsonDocument.parse(file.slice(8, length, file.name()), MAX_HEADER);
    ByteSource data = file.slice(8 + length, file.size() - 8 - length, file.name());
    var spans = new ArrayList<long[]>();
    header
        .fields()
        .forEach(
            (name, value) -> {
              if (!name.equals(METADATA)) {
                opened.tensors.put(name, stored(name, value, data, spans));
              }
            });
    requireDense(spans, data);
    return opened;
  }

  private static long headerLength(ByteSource file) {
    ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    if (file.size() < 8) {
      throw malformed(file, "has " + file.size() + " bytes: it is no safetensors file");
    }
    file.readFully(length, 0);
    long found = length.getLong(0);
    if (found < 2 || found > file.size() - 8) {
      throw malformed(
          file, "says its header has " + found + " bytes of " + file.size() + ": it is damaged");
    }
    return found;
  }

  private static Stored stored(String name, JsonValue value, ByteSource data, List<long[]> spans) {
    if (!(value instanceof Obj entry)) {
      throw malformed(data, "'" + name + "' is no tensor");
    }
    var spec = new TensorSpec(name, dtype(name, entry, data), shape(name, entry, data));
    List<Long> offsets = longs(name, entry, "data_offsets", data);
    boolean fits =
        offsets.size() == 2
            && offsets.get(0) >= 0
            && offsets.get(1) <= data.size()
            && offsets.get(1) - offsets.get(0) == bytes(spec, data);
    if (!fits) {
      throw malformed(
          data,
          "'"
              + name
              + "' of shape "
              + spec.shape()
              + " has offsets "
              + offsets
              + ", which don't fit");
    }
    spans.add(new long[] {offsets.get(0), offsets.get(1)});
    long size = offsets.get(1) - offsets.get(0);
    return new Stored(spec, data.slice(offsets.get(0), size, data.name() + "!" + name));
  }

  private static long bytes(TensorSpec spec, ByteSource data) {
    try {
      return spec.byteSize();
    } catch (ArithmeticException overflow) {
      throw malformed(data, "'" + spec.name() + "' has over 2^63 bytes");
    }
  }

  private static DType dtype(String name, Obj entry, ByteSource data) {
    String word = entry.get("dtype").flatMap(JsonValue::asText).orElse("(none)");
    return Stream.of(DType.values())
        .filter(dtype -> dtype.safetensorsName().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedCheckpointException(
                    ErrorCode.UNSUPPORTED,
                    data.name(),
                    "'" + name + "' has type '" + word + "', which is not supported"));
  }

  private static Shape shape(String name, Obj entry, ByteSource data) {
    try {
      return new Shape(longs(name, entry, "shape", data));
    } catch (IllegalArgumentException bad) {
      throw malformed(data, "'" + name + "': " + bad.getMessage());
    }
  }

  private static List<Long> longs(String name, Obj entry, String key, ByteSource data) {
    return entry
        .get(key)
        .filter(Arr.class::isInstance)
        .flatMap(value -> ((Arr) value).longs())
        .orElseThrow(() -> malformed(data, "'" + name + "' has no " + key));
  }

  private static void requireDense(List<long[]> spans, ByteSource data) {
    spans.sort(Comparator.<long[]>comparingLong(s -> s[0]).thenComparingLong(s -> s[1]));
    long end = 0;
    for (long[] span : spans) {
      if (span[0] != end) {
        throw malformed(data, "has a hole or an overlap at byte " + end + " of its data");
      }
      end = span[1];
    }
    if (end != data.size()) {
      throw malformed(data, "has " + (data.size() - end) + " bytes behind its last tensor");
    }
  }

  private static MalformedCheckpointException malformed(ByteSource file, String problem) {
    return new MalformedCheckpointException(ErrorCode.SAFETENSORS_MALFORMED, file.name(), problem);
  }

  /** The tensors, in the header's order. */
  public Map<String, Stored> tensors() {
    return tensors;
  }
}

package io.shardwright.core.internal.codec.safetensors;

import static io.shardwright.core.internal.codec.safetensors.SafetensorsFile.malformed;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile.Spans;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile.Stored;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.guard.TensorBounds;
import io.shardwright.core.internal.guard.WholeText;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The description of a tensor in a header. */
record SafetensorsEntry(String name, Obj entry, ByteSource data, Guard guard) {
  private static final int COST = 300;

  /**
   * Bits of the element types that are narrower than a byte (safetensors 0.8), which torch lacks.
   */
  private static final Map<String, Integer> NARROW = Map.of("F4", 4, "F6_E2M3", 6, "F6_E3M2", 6);

  private static final Map<String, DType> TYPES =
      Stream.of(DType.values())
          .filter(SafetensorsLayout::holds)
          .collect(Collectors.toUnmodifiableMap(DType::safetensorsName, dtype -> dtype));

  private static final int MOST_DIGITS = 18;

  /** What a header says of a name, if it is a tensor's. */
  static SafetensorsEntry of(String name, JsonValue value, ByteSource data, Guard guard) {
    if (!(value instanceof Obj entry) || !WholeText.is(name)) {
      throw malformed(data, "'" + name + "' is not a tensor");
    }
    return new SafetensorsEntry(name, entry, data, guard);
  }

  /** With a shape that those of the file's tensors share that have it. */
  Stored stored(Spans spans, Map<Shape, Shape> shapes) {
    TensorSpec own = spec(dtype());
    var spec =
        new TensorSpec(name, own.dtype(), shapes.computeIfAbsent(own.shape(), shape -> shape));
    long start = start(spec, spec.dtype().byteSize() * Byte.SIZE, spans);
    return new Stored(spec, data.member(start, spec.byteSize(), name));
  }

  /** What kind of tensor it is if it can't be read; its place is checked all the same. */
  Optional<String> unreadable(Spans spans) {
    Optional<Integer> bits = Optional.ofNullable(NARROW.get(word()));
    bits.ifPresent(width -> start(spec(DType.UINT8), width, spans));
    return bits.map(width -> "a tensor with elements of type " + word());
  }

  private TensorSpec spec(DType dtype) {
    guard.take(COST, data.name());
    return TensorBounds.require(name, dtype, sizes("shape"), guard, data.name());
  }

  /** Where its bytes begin, if they are as many as its shape needs. */
  private long start(TensorSpec spec, int bits, Spans spans) {
    List<Long> offsets = sizes("data_offsets");
    boolean fits =
        offsets.size() == 2
            && offsets.get(1) <= data.size()
            && (offsets.get(1) - offsets.get(0)) * Byte.SIZE % bits == 0
            && (offsets.get(1) - offsets.get(0)) * Byte.SIZE / bits == spec.shape().elements();
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
    spans.add(offsets.get(0), offsets.get(1));
    return offsets.get(0);
  }

  private String word() {
    return entry.get("dtype").flatMap(JsonValue::asText).orElse("(none)");
  }

  private DType dtype() {
    String word = word();
    DType dtype = TYPES.get(word);
    if (dtype == null) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          data.name(),
          "'" + name + "' has type '" + word + "', which is not supported");
    }
    return dtype;
  }

  /** Sizes are digits and nothing else. */
  private List<Long> sizes(String key) {
    List<JsonValue> items =
        entry.get(key).orElse(null) instanceof Arr array ? array.items() : List.of(entry);
    var sizes = new ArrayList<Long>(items.size());
    for (JsonValue item : items) {
      if (!(item instanceof Num number) || !isSize(number.text())) {
        throw malformed(data, "'" + name + "' has no " + key);
      }
      sizes.add(Long.parseLong(number.text()));
    }
    return sizes;
  }

  private static boolean isSize(String text) {
    boolean digits = !text.isEmpty() && text.length() <= MOST_DIGITS;
    for (int at = 0; digits && at < text.length(); at++) {
      digits = text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }
    return digits;
  }
}

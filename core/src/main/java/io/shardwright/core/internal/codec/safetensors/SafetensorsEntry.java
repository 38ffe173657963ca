package io.shardwright.core.internal.codec.safetensors;

import static io.shardwright.core.internal.codec.safetensors.SafetensorsFile.malformed;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.json.JsonValue;
import io.shardwright.core.internal.codec.json.JsonValue.Arr;
import io.shardwright.core.internal.codec.json.JsonValue.Num;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile.Stored;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.guard.TensorBounds;
import io.shardwright.core.internal.guard.WholeText;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One tensor of a header. */
record SafetensorsEntry(String name, JsonValue value, ByteSource data, Guard guard) {
  private static final int COST = 300;
  private static final Pattern SIZE = Pattern.compile("[0-9]{1,18}");

  Stored stored(SafetensorsSpans spans) {
    if (!(value instanceof Obj entry) || !WholeText.is(name)) {
      throw malformed(data, "'" + name + "' is no tensor");
    }
    guard.take(COST, data.name());
    List<Long> dims = sizes(entry, "shape");
    TensorSpec spec = TensorBounds.require(name, dtype(entry), dims, guard, data.name());
    List<Long> offsets = sizes(entry, "data_offsets");
    boolean fits =
        offsets.size() == 2
            && offsets.get(1) <= data.size()
            && offsets.get(1) - offsets.get(0) == spec.byteSize();
    if (!fits) {
      throw malformed(
          data,
          "'" + name + "' of shape " + dims + " has offsets " + offsets + ", which don't fit");
    }
    spans.add(offsets.get(0), offsets.get(1));
    return new Stored(spec, data.slice(offsets.get(0), spec.byteSize(), data.name() + "!" + name));
  }

  private DType dtype(Obj entry) {
    String word = entry.get("dtype").flatMap(JsonValue::asText).orElse("(none)");
    return Stream.of(DType.values())
        .filter(SafetensorsLayout::holds)
        .filter(dtype -> dtype.safetensorsName().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedCheckpointException(
                    ErrorCode.UNSUPPORTED,
                    data.name(),
                    "'" + name + "' has type '" + word + "', which is not supported"));
  }

  /** Sizes are digits and nothing else. */
  private List<Long> sizes(Obj entry, String key) {
    List<JsonValue> items =
        entry.get(key).orElse(null) instanceof Arr array ? array.items() : List.of(entry);
    boolean sizes =
        items.stream().allMatch(item -> item instanceof Num n && SIZE.matcher(n.text()).matches());
    if (!sizes) {
      throw malformed(data, "'" + name + "' has no " + key);
    }
    return items.stream().map(item -> Long.parseLong(((Num) item).text())).toList();
  }
}

package io.shardwright.core.internal.codec.safetensors;

import static io.shardwright.core.internal.codec.safetensors.SafetensorsFile.malformed;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.guard.WholeText;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An open safetensors file whose header has been read. */
public final class SafetensorsFile {
  /** A tensor and its bytes. */
  public record Stored(TensorSpec spec, ByteSource bytes) {}

  private static final String METADATA = "__metadata__";
  private static final int LENGTH = 8;
  private static final int BLOCK = 1 << 16;

  private final Map<String, Stored> tensors = new LinkedHashMap<>();
  private final Map<Shape, Shape> shapes = new HashMap<>();
  private final Map<String, String> unreadable = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafetensorsFile() {}

  /** Whether a file begins as one of these does: a length that fits it, then an object. */
  public static boolean recognizes(ByteSource file) {
    if (file.size() < LENGTH + 2) {
      return false;
    }
    ByteBuffer start = ByteBuffer.allocate(LENGTH + 1).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(start, 0);
    return start.get(LENGTH) == '{' && start.getLong(0) >= 2;
  }

  /**
   * Opens a file.
   *
   * @throws MalformedCheckpointException if it breaks the grammar
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  public static SafetensorsFile open(ByteSource file, Guard guard) {
    var opened = new SafetensorsFile();
    long length = headerLength(file);
    guard.require(Limit.JSON_BYTES, length, file.name());
    ByteSource text = file.slice(LENGTH, length, file.name());
    requirePlain(text);
    ByteSource data = file.slice(LENGTH + length, file.size() - LENGTH - length, file.name());
    var spans = new Spans(data);
    JsonDocument.fields(
        text,
        Limit.JSON_BYTES,
        guard,
        (name, value) -> {
          if (name.equals(METADATA)) {
            requireTexts(value, file);
            opened.addMetadata(value);
          } else {
            opened.add(SafetensorsEntry.of(name, value, data, guard), spans);
            guard.require(Limit.TENSORS, opened.count(), file.name());
          }
        });
    spans.requireDense();
    return opened;
  }

  private void add(SafetensorsEntry entry, Spans spans) {
    entry
        .unreadable(spans)
        .ifPresentOrElse(
            kind -> unreadable.put(entry.name(), kind),
            () -> tensors.put(entry.name(), entry.stored(spans, shapes)));
  }

  private int count() {
    return tensors.size() + unreadable.size();
  }

  private static long headerLength(ByteSource file) {
    ByteBuffer length = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    if (file.size() < LENGTH) {
      throw malformed(file, "has " + file.size() + " bytes: it is not a safetensors file");
    }
    file.readFully(length, 0);
    long found = length.getLong(0);
    if (found < 2 || found > file.size() - LENGTH) {
      throw malformed(
          file, "says its header has " + found + " bytes of " + file.size() + ": it is damaged");
    }
    return found;
  }

  /** The header begins with its object, and nothing but spaces pads it. */
  private static void requirePlain(ByteSource header) {
    if (at(header, 0, 1).get(0) != '{') {
      throw malformed(header, "has a header that does not begin with '{'");
    }
    for (long end = header.size(); end > 0; ) {
      int count = (int) Math.min(BLOCK, end);
      ByteBuffer block = at(header, end - count, count);
      for (int i = count - 1; i >= 0; i--) {
        if (block.get(i) == '}') {
          return;
        }
        if (block.get(i) != ' ') {
          throw malformed(header, "has a header that is padded with characters other than spaces");
        }
      }
      end -= count;
    }
  }

  private static ByteBuffer at(ByteSource source, long position, int count) {
    var block = ByteBuffer.allocate(count);
    source.readFully(block, position);
    return block.flip();
  }

  private static void requireTexts(JsonValue metadata, ByteSource file) {
    boolean texts =
        metadata == Null.NULL
            || metadata instanceof Obj map
                && map.fields().values().stream().allMatch(Str.class::isInstance)
                && map.fields().values().stream().allMatch(v -> WholeText.is(((Str) v).value()))
                && map.fields().keySet().stream().allMatch(WholeText::is);
    if (!texts) {
      throw malformed(file, "has metadata that is not a map from strings to strings");
    }
  }

  static MalformedCheckpointException malformed(ByteSource file, String problem) {
    return new MalformedCheckpointException(ErrorCode.SAFETENSORS_MALFORMED, file.name(), problem);
  }

  private void addMetadata(JsonValue texts) {
    if (texts instanceof Obj map) {
      map.fields().forEach((key, value) -> metadata.put(key, ((Str) value).value()));
    }
  }

  /** What the header says besides. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The tensors that can be read, in the header's order. */
  public Map<String, Stored> tensors() {
    return tensors;
  }

  /** Of what kind the others are, by name. */
  public Map<String, String> unreadable() {
    return unreadable;
  }

  /** Checks that the ranges of a file's tensors cover its data without holes and overlaps. */
  static final class Spans {
    private record Span(long from, long to) {}

    private final ByteSource data;
    private final List<Span> spans = new ArrayList<>();

    Spans(ByteSource data) {
      this.data = data;
    }

    void add(long from, long to) {
      spans.add(new Span(from, to));
    }

    void requireDense() {
      spans.sort(Comparator.comparingLong(Span::from).thenComparingLong(Span::to));
      long end = 0;
      for (Span span : spans) {
        if (span.from != end) {
          throw malformed(data, "has a gap or an overlap at byte " + end + " of its data");
        }
        end = span.to;
      }
      if (end != data.size()) {
        throw malformed(data, "has " + (data.size() - end) + " bytes after its last tensor");
      }
    }
  }
}
